import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { bootstrapInterval } from './bootstrap.ts';

const units = Array.from({ length: 400 }, (_, i) => `${i}`);
/** Mean of 0 and 1 in equal numbers. */
const half = (weightOf: (unit: string) => number) =>
  units.reduce((sum, unit) => sum + weightOf(unit) * (Number(unit) % 2), 0) / units.length;

test('the interval of a mean is that of the normal distribution', () => {
  // A standard error of 0.5 / sqrt(400), and 1.96 of it to each side.
  const { low, high } = bootstrapInterval(units, half, createRandom('bootstrap'));
  expect(low).toBeCloseTo(0.5 - 0.049, 2);
  expect(high).toBeCloseTo(0.5 + 0.049, 2);
});

test('the same draws give the same interval, and samples without a value are left out', () => {
  expect(bootstrapInterval(units, half, createRandom('a'))).toEqual(bootstrapInterval(units, half, createRandom('a')));
  expect(bootstrapInterval(units, () => Number.NaN, createRandom('a')).low).toBeNaN();
});
