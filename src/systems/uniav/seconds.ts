// Between the rows of a clip and its seconds.

/** Row t stands for second t stride + offset. */
export type Grid = { readonly stride: number; readonly offset: number };

/** Duet's rows: `rate` a second, each for the middle of its share of time, so that the first and last have no gap. */
export function gridOf(rate: number): Grid {
  return { stride: 1 / rate, offset: 0.5 / rate };
}

export function stepsOf(seconds: number, { stride, offset }: Grid): number {
  return (seconds - offset) / stride;
}

export function secondsOf(steps: number, { stride, offset }: Grid): number {
  return steps * stride + offset;
}

/** Segments in steps as segments in seconds, cut to the clip. */
export function inSeconds<Segment extends { readonly start: number; readonly end: number }>(
  segments: readonly Segment[],
  grid: Grid,
  duration: number,
): Segment[] {
  const within = (steps: number) => Math.min(Math.max(secondsOf(steps, grid), 0), duration);
  return segments.map((segment) => ({ ...segment, start: within(segment.start), end: within(segment.end) }));
}
