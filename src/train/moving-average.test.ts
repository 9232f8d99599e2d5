import { expect, test } from 'vitest';
import { copyOf, decayAt, updateAverage } from './moving-average.ts';

test('the average of weights follows them, quickly at first', () => {
  const weights = new Map([['w', Float32Array.of(0, 8)]]);
  const average = copyOf(weights);
  weights.get('w')!.set([1, 0]);
  updateAverage(average, weights, decayAt(1, 0.999));
  // 9 elevenths of the way in the first step.
  expect(average.get('w')![0]).toBeCloseTo(9 / 11, 6);
  expect(average.get('w')![1]).toBeCloseTo(16 / 11, 6);
  expect(weights.get('w')).toEqual(Float32Array.of(1, 0));
  expect(decayAt(1e6, 0.999)).toBe(0.999);
});
