// Fixed position tables of sines and cosines, over a sequence (Vaswani et al. 2017, section 3.5) and over a grid of
// time and frequency (as masked autoencoders of spectrograms have them: Huang et al. 2022).

/** The sine (even channels) or cosine (odd ones) of position / 10000^(2 floor(channel / 2) / width). */
export function sinusoidalPosition(position: number, channel: number, width: number): number {
  const angle = position / 10_000 ** ((2 * Math.floor(channel / 2)) / width);
  return channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
}

/** Of each row of a sequence `sinusoidalPosition`. @returns rows x width values. */
export function sequencePositions(rows: number, width: number): Float32Array {
  return Float32Array.from({ length: rows * width }, (_, place) =>
    sinusoidalPosition(Math.floor(place / width), place % width, width),
  );
}

/**
 * Rows of a grid, time by time: the first half of the channels holds the frequency index, the second the time index,
 * each as width / 4 sines, then width / 4 cosines, of index / 10000^(k / (width / 4)).
 * @param width divisible by 4.
 * @returns times x frequencies x width values.
 */
export function gridPositions(times: number, frequencies: number, width: number): Float32Array {
  const quarter = width / 4;
  return Float32Array.from({ length: times * frequencies * width }, (_, place) => {
    const token = Math.floor(place / width);
    const channel = place % width;
    const index = channel < 2 * quarter ? token % frequencies : Math.floor(token / frequencies);
    const angle = index / 10_000 ** ((channel % quarter) / quarter);
    return channel % (2 * quarter) < quarter ? Math.sin(angle) : Math.cos(angle);
  });
}
