import { expect, test } from 'vitest';
import { meanLikeness, shareBelow } from './fit.ts';

test('the mean likeness goes by weight, and is 0 where there is nothing', () => {
  expect(
    meanLikeness([
      { cosine: 0.9, weight: 1 },
      { cosine: 0.3, weight: 0.5 },
    ]),
  ).toBeCloseTo(0.7, 9);
  expect(meanLikeness([{ cosine: -0.4, weight: 2 }])).toBeCloseTo(-0.4, 9);
  expect(meanLikeness([])).toBe(0);
});

test('a query that fits better than three of four usual texts has a share of three quarters', () => {
  expect(shareBelow(0.5, [0.1, 0.2, 0.5, 0.4])).toBe(0.75);
});
