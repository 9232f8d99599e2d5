// Squared magnitudes of the spectra of many real frames.
import { fourierTransform } from './fourier.ts';
import type { Matrix } from './matrix.ts';

/**
 * Power spectra of `count` frames of `size` real samples: [count, floor(size / 2) + 1].
 * `readFrame(frame, into)` writes a frame's samples; what it leaves unwritten is 0.
 */
export function powerSpectra(
  count: number,
  size: number,
  readFrame: (frame: number, into: Float64Array) => void,
): Matrix {
  const transform = fourierTransform(size);
  const bins = Math.floor(size / 2) + 1;
  const values = new Float64Array(count * bins);
  const even = new Float64Array(size);
  const odd = new Float64Array(size);
  // Two frames at a time: one as the real, one as the imaginary part; symmetry tells them apart afterwards.
  for (let frame = 0; frame < count; frame += 2) {
    even.fill(0);
    odd.fill(0);
    readFrame(frame, even);
    const paired = frame + 1 < count;
    if (paired) readFrame(frame + 1, odd);
    transform(even, odd);
    for (let bin = 0; bin < bins; bin++) {
      const mirror = bin === 0 ? 0 : size - bin;
      const sumReal = even[bin]! + even[mirror]!;
      const differenceReal = even[bin]! - even[mirror]!;
      const sumImaginary = odd[bin]! + odd[mirror]!;
      const differenceImaginary = odd[bin]! - odd[mirror]!;
      values[frame * bins + bin] = (sumReal * sumReal + differenceImaginary * differenceImaginary) / 4;
      if (paired)
        values[(frame + 1) * bins + bin] = (sumImaginary * sumImaginary + differenceReal * differenceReal) / 4;
    }
  }
  return { rows: count, columns: bins, values };
}
