import { expect, test } from 'vitest';
import { halfInterval, meanAndDeviation, pairedDifference, studentQuantile } from './statistics.ts';

// Two-sided 95 % points as printed in tables of Student's t, so to three decimals.
test.each([
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [5, 2.571],
  [9, 2.262],
  [10, 2.228],
  [30, 2.042],
])('the quantile for %i degrees of freedom is that of the tables', (freedom, expected) => {
  expect(studentQuantile(0.95, freedom)).toBeCloseTo(expected, 3);
});

test('a paired interval comes from the differences, not from the spread that both share', () => {
  const difference = pairedDifference([
    [0.9, 0.8],
    [0.5, 0.4],
    [0.7, 0.6],
  ])!;
  expect(difference.mean).toBeCloseTo(0.1);
  expect(difference.low).toBeCloseTo(0.1);
  expect(difference.high).toBeCloseTo(0.1);
  const { low, high } = pairedDifference([
    [3, 1],
    [2, 1],
    [1, 1],
  ])!;
  expect([low, high]).toEqual([
    expect.closeTo(1 - 4.3027 / Math.sqrt(3), 3),
    expect.closeTo(1 + 4.3027 / Math.sqrt(3), 3),
  ]);
});

test('runs of cross-validation, which share clips, count as fewer than they are', () => {
  const values = [3, 2, 1, 3, 2, 1];
  const apart = halfInterval(values);
  expect(apart).toBeCloseTo((2.571 * Math.sqrt(4 / 5)) / Math.sqrt(6), 3);
  expect(halfInterval(values, 5)).toBeCloseTo(apart * Math.sqrt(6) * Math.sqrt(1 / 6 + 1 / 3), 3);
});

test('one value has a mean and no deviation, and no values have no difference', () => {
  expect(meanAndDeviation([0.5])).toEqual({ mean: 0.5, deviation: Number.NaN });
  expect(pairedDifference([])).toBeUndefined();
  expect(pairedDifference([[1, 0.5]])).toEqual({ mean: 0.5, low: Number.NaN, high: Number.NaN, pairs: 1 });
});
