import { expect, test } from 'vitest';
import { interpret } from '../../../graph/interpret.ts';
import { input } from '../../../graph/tensor.ts';
import { createRandom } from '../../../random.ts';
import { lags } from './agreement.ts';
import { canonicalCurves } from './canonical.ts';
import { canonicalPairs, type Products } from './canonical-correlations.ts';

/** Products of rows of two sides. */
function productsOf(x: readonly Float64Array[], y: readonly Float64Array[]): Products {
  const sumOf = (rows: readonly Float64Array[]) =>
    rows.reduce((sum, row) => sum.map((value, i) => value + row[i]!), new Float64Array(rows[0]!.length));
  const products = (a: readonly Float64Array[], b: readonly Float64Array[]) =>
    Float64Array.from({ length: a[0]!.length * b[0]!.length }, (_, place) => {
      const [i, j] = [Math.floor(place / b[0]!.length), place % b[0]!.length];
      return a.reduce((sum, row, r) => sum + row[i]! * b[r]![j]!, 0);
    });
  return {
    ...{ count: x.length, sums: { x: sumOf(x), y: sumOf(y) } },
    ...{ xx: products(x, x), yy: products(y, y), xy: products(x, y) },
  };
}

test('what two sides have in common is found, the most certain first, and with their true correlations', () => {
  const { normal } = createRandom('canonical');
  // Two hidden series are in both sides, one with noise of deviation 0.5 in each, one with twice as much.
  const rows = Array.from({ length: 4000 }, () => {
    const [a, b, ...noise] = Array.from({ length: 9 }, normal) as [number, number, ...number[]];
    return {
      x: Float64Array.of(a + 0.5 * noise[0]! + 3, 2 * (b + noise[1]!), noise[2]! + a + 0.5 * noise[0]!, noise[3]!),
      y: Float64Array.of(b + noise[4]! - 1, 5 * (a + 0.5 * noise[5]!), noise[6]!),
    };
  });
  const products = productsOf(
    rows.map(({ x }) => x),
    rows.map(({ y }) => y),
  );
  const start = Float64Array.from({ length: 2 * 3 }, normal);
  const { x, y, correlations } = canonicalPairs(products, 2, 1e-9, start);
  // Of a + e and a + e', with variances 1 and d: 1 / (1 + d).
  expect([...correlations]).toEqual([expect.closeTo(1 / 1.25, 1), expect.closeTo(1 / 2, 1)]);
  const along = (directions: Float64Array, of: 'x' | 'y', pair: number) => {
    const values = rows.map((row) =>
      row[of].reduce((sum, v, i) => sum + v * directions[pair * row[of].length + i]!, 0),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  for (const pair of [0, 1]) {
    const [u, v] = [along(x, 'x', pair), along(y, 'y', pair)];
    const product = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0) / a.length;
    expect([product(u, u), product(v, v), product(u, v)]).toEqual([
      ...[expect.closeTo(1, 5), expect.closeTo(1, 5), expect.closeTo(correlations[pair]!, 5)],
    ]);
  }
});

test('both curves peak at the lag by which the sound is late, and count no moment after the end', () => {
  const [T, K, late] = [60, 2, 5];
  const { normal } = createRandom('curves');
  const picture = Float64Array.from({ length: T * K }, normal);
  const sound = Float64Array.from({ length: T * K }, (_, i) => (i >= late * K ? picture[i - late * K]! : normal()));
  // What comes after the end would drown all else.
  picture.fill(1000, 50 * K);
  const tensors = [
    input('picture', [1, T, K], 'float64'),
    input('sound', [1, T, K], 'float64'),
    input('present', [1, T], 'float64'),
    input('shares', [K], 'float64'),
  ] as const;
  const present = Float64Array.from({ length: T }, (_, moment) => Number(moment < 50));
  const values = [picture, sound, present, Float64Array.of(0.75, 0.25)];
  const curves = interpret(
    canonicalCurves({ picture: tensors[0], sound: tensors[1] }, tensors[2], tensors[3]),
    new Map(tensors.map((tensor, i) => [tensor, values[i]!])),
  );
  const peaks = curves.map((curve) => lags[curve.indexOf(Math.max(...curve))]);
  expect(peaks).toEqual([late, -late]);
  expect(Math.max(...curves[0]!)).toBeGreaterThan(0.9);
  expect(Math.max(...curves[0]!)).toBeLessThan(1.1);
});
