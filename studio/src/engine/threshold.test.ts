import { expect, test } from 'vitest';
import { backgroundThreshold } from './threshold.ts';

const logit = (probability: number) => Math.log(probability / (1 - probability));

test('a head that is not suspicious keeps the usual threshold', () => {
  expect(backgroundThreshold([-3, -5, -2])).toBe(0.5);
  expect(backgroundThreshold([])).toBe(0.5);
});

test('with few clips all true pairs lie well below the threshold, with many a tenth may lie above', () => {
  expect(logit(backgroundThreshold([9, 2]))).toBeCloseTo(11.5, 6);
  expect(logit(backgroundThreshold([9, 2, -4, 3]))).toBeCloseTo(10.5, 6);
  const many = Array.from({ length: 20 }, (_, index) => index);
  expect(many.filter((value) => value > logit(backgroundThreshold(many)))).toEqual([18, 19]);
});
