// Which frame is on show at a time.

/** The index of the last of `times` (ascending) that is not after `time`; 0 if all are after it. */
export function frameIndexAt(times: ArrayLike<number>, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
