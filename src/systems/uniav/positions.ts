// The table that tells UniAV's steps apart: sines and cosines (Vaswani et al. 2017, section 3.5) over the square root
// of the width.
import { sinusoidalPosition } from '../../model/sinusoidal-positions.ts';

/** Rows of the first `steps` steps, [steps, width]. */
export function positionRows(steps: number, width: number): Float32Array {
  return Float32Array.from({ length: steps * width }, (_, index) => {
    return sinusoidalPosition(Math.floor(index / width), index % width, width) / Math.sqrt(width);
  });
}

/** A table of `rows` rows resized linearly to `steps`, [steps, width]: what the release predicts with. */
export function resizedPositionRows(rows: number, steps: number, width: number): Float32Array {
  const table = positionRows(rows, width);
  const result = new Float32Array(steps * width);
  for (let step = 0; step < steps; step++) {
    const place = Math.min(Math.max(((step + 0.5) * rows) / steps - 0.5, 0), rows - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, rows - 1);
    for (let channel = 0; channel < width; channel++) {
      const [from, to] = [table[below * width + channel]!, table[above * width + channel]!];
      result[step * width + channel] = from + (place - below) * (to - from);
    }
  }
  return result;
}
