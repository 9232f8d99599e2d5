import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { fourierTransform } from './fourier.ts';
import { powerSpectra } from './power-spectra.ts';

/** The definition, term by term. */
function definition(real: Float64Array, imaginary: Float64Array): { real: number[]; imaginary: number[] } {
  const size = real.length;
  const sums = { real: [] as number[], imaginary: [] as number[] };
  for (let k = 0; k < size; k++) {
    let a = 0;
    let b = 0;
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * ((k * n) % size)) / size;
      a += real[n]! * Math.cos(angle) - imaginary[n]! * Math.sin(angle);
      b += real[n]! * Math.sin(angle) + imaginary[n]! * Math.cos(angle);
    }
    sums.real.push(a);
    sums.imaginary.push(b);
  }
  return sums;
}

test.each([1, 2, 3, 5, 8, 12, 97, 400, 446, 447, 512])(
  'size %i equals the definition, and a second call too',
  (size) => {
    const random = createRandom('fourier', size);
    for (let call = 0; call < 2; call++) {
      const real = Float64Array.from({ length: size }, random.normal);
      const imaginary = Float64Array.from({ length: size }, random.normal);
      const expected = definition(real, imaginary);
      fourierTransform(size)(real, imaginary);
      const errors = expected.real.map((value, k) =>
        Math.hypot(value - real[k]!, expected.imaginary[k]! - imaginary[k]!),
      );
      expect(Math.max(...errors)).toBeLessThan(1e-11);
    }
  },
);

test.each([
  [4, 6],
  [3, 7],
  [1, 16],
])('power spectra of %i frames of %i samples equal the definition', (count, size) => {
  const random = createRandom('power', count, size);
  const frames = Array.from({ length: count }, () => Float64Array.from({ length: size }, random.normal));
  const power = powerSpectra(count, size, (frame, into) => into.set(frames[frame]!));
  expect([power.rows, power.columns]).toEqual([count, Math.floor(size / 2) + 1]);
  frames.forEach((frame, index) => {
    const expected = definition(frame, new Float64Array(size));
    for (let k = 0; k < power.columns; k++) {
      const value = expected.real[k]! ** 2 + expected.imaginary[k]! ** 2;
      expect(power.values[index * power.columns + k]).toBeCloseTo(value, 10);
    }
  });
});
