import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { kaldiMatrices, stftMatrices } from './front-end-matrices.ts';
import { frontEnds } from './front-ends.ts';
import { kaldiFilterBank } from './kaldi-filter-bank.ts';
import { logStft } from './log-stft.ts';
import type { Matrix } from './matrix.ts';

/** Noise with a constant, a ramp and a pause in it. */
function sound(length: number): Float32Array {
  const random = createRandom('matrices', length);
  return Float32Array.from({ length }, (_, n) => (n % 3000 < 500 ? 0 : 0.1 * random.normal() + 0.2 + n / length));
}

function times(matrix: Matrix, vector: ArrayLike<number>): Float64Array {
  expect(vector.length).toBe(matrix.columns);
  return Float64Array.from({ length: matrix.rows }, (_, row) => {
    let sum = 0;
    for (let n = 0; n < matrix.columns; n++) sum += matrix.values[row * matrix.columns + n]! * vector[n]!;
    return sum;
  });
}

test.each(['vggsound', 'cremad'] as const)('%s: matrices give the log STFT', (name) => {
  const { analysis } = frontEnds[name];
  if (analysis.kind !== 'stft') throw new Error('wrong kind');
  const { cosine, sine, hop, padding, floor } = stftMatrices(analysis.settings);
  const samples = sound(4 * hop + 17);
  const direct = logStft(samples, analysis.settings);
  const padded = new Float64Array(samples.length + 2 * padding);
  padded.set(samples, padding);
  expect(direct.columns).toBe(5);
  for (let frame = 0; frame < direct.columns; frame++) {
    const piece = padded.subarray(frame * hop, frame * hop + cosine.columns);
    const real = times(cosine, piece);
    const imaginary = times(sine, piece);
    for (let bin = 0; bin < direct.rows; bin++) {
      const expected = Math.log(Math.hypot(real[bin]!, imaginary[bin]!) + floor);
      expect(Math.abs(direct.values[bin * direct.columns + frame]! - expected)).toBeLessThan(1e-6);
    }
  }
});

test('ave: matrices give the Kaldi filter bank', () => {
  const { analysis } = frontEnds.ave;
  if (analysis.kind !== 'kaldi') throw new Error('wrong kind');
  const { spectrum, melBank, frameLength, hop, floor } = kaldiMatrices(analysis.settings);
  expect([spectrum.rows, spectrum.columns, melBank.rows, melBank.columns]).toEqual([514, 400, 224, 257]);
  const samples = sound(frameLength + 9 * hop);
  const direct = kaldiFilterBank(samples, analysis.settings);
  expect(direct.rows).toBe(10);
  for (let frame = 0; frame < direct.rows; frame++) {
    const parts = times(spectrum, samples.subarray(frame * hop, frame * hop + frameLength));
    const power = Float64Array.from({ length: 257 }, (_, bin) => parts[bin]! ** 2 + parts[bin + 257]! ** 2);
    const expected = times(melBank, power).map((energy) => Math.log(Math.max(energy, floor)));
    for (let bin = 0; bin < 224; bin++)
      expect(Math.abs(direct.values[frame * 224 + bin]! - expected[bin]!)).toBeLessThan(1e-6);
  }
});
