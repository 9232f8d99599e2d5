import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from './random.ts';

const COUNT = 100_000;

function draws(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

function moment(values: readonly number[], power: number, about = 0): number {
  return values.reduce((sum, value) => sum + (value - about) ** power, 0) / values.length;
}

/** The correlation of two equally long series. */
function correlation(left: readonly number[], right: readonly number[]): number {
  const [a, b] = [moment(left, 1), moment(right, 1)];
  const product = left.reduce((sum, value, n) => sum + (value - a) * (right[n]! - b), 0) / left.length;
  return product / Math.sqrt(moment(left, 2, a) * moment(right, 2, b));
}

describe('distributions', () => {
  test('uniform draws have the moments of the uniform distribution and stay in [0, 1)', () => {
    const values = draws(COUNT, createRandom('uniform').uniform);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    for (const power of [1, 2, 3, 4]) expect(Math.abs(moment(values, power) - 1 / (power + 1))).toBeLessThan(0.005);
  });

  test('normal draws have the moments and tails of the unit normal', () => {
    const values = draws(COUNT, createRandom('normal').normal);
    expect(values.every(Number.isFinite)).toBe(true);
    [0, 1, 0, 3].forEach((expected, index) => {
      // Five deviations of each sample moment: its variance is (E x^2k - (E x^k)^2) / COUNT.
      const variance = [1, 2, 15, 96][index]!;
      expect(Math.abs(moment(values, index + 1) - expected)).toBeLessThan(5 * Math.sqrt(variance / COUNT));
    });
    const beyondTwo = values.filter((value) => Math.abs(value) > 2).length / COUNT;
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.004);
  });

  test('the two halves of each pair of normal draws are uncorrelated', () => {
    const values = draws(COUNT, createRandom('pairs').normal);
    expect(Math.abs(correlation(values.slice(0, -1), values.slice(1)))).toBeLessThan(0.016);
  });

  test('integers take every value equally often and never reach their bound', () => {
    for (const below of [1, 2, 3, 7, 10]) {
      const counts = new Array<number>(below).fill(0);
      const { integer } = createRandom('integer', below);
      for (let n = 0; n < 20_000; n++) counts[integer(below)]!++;
      expect(counts).toHaveLength(below);
      for (const count of counts) expect(Math.abs(count / 20_000 - 1 / below)).toBeLessThan(0.02);
    }
  });

  test('integers of any bound lie in [0, bound)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer(), (below, seed) => {
        const { integer } = createRandom(seed);
        for (let n = 0; n < 20; n++) {
          const value = integer(below);
          expect(Number.isInteger(value) && value >= 0 && value < below).toBe(true);
        }
      }),
    );
  });

  test('a shuffle keeps every item, leaves its argument alone, and gives each order equally often', () => {
    const items = ['a', 'b', 'c'];
    const { shuffle } = createRandom('shuffle');
    const counts = new Map<string, number>();
    for (let n = 0; n < 12_000; n++) {
      const order = shuffle(items).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(items).toEqual(['a', 'b', 'c']);
    expect([...counts.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

describe('keys', () => {
  test('equal keys give equal sequences, however the draws are mixed', () => {
    const mixed = () => {
      const random = createRandom(7, 'augment', 3);
      return [random.uniform(), random.normal(), random.integer(100), random.normal(), ...random.shuffle([1, 2, 3, 4])];
    };
    expect(mixed()).toEqual(mixed());
  });

  test('the sequence of given keys is fixed, so that seeded results survive an upgrade', () => {
    const random = createRandom(1, 'check');
    expect([random.uniform(), random.normal(), random.integer(1000)]).toMatchInlineSnapshot(`
      [
        0.9690791001943645,
        0.01770605632053353,
        431,
      ]
    `);
  });

  test.each([
    [['a', 'b'], ['ab']],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [
      [1, 23],
      [12, 3],
    ],
    [
      ['seed', 0],
      ['seed', 1],
    ],
  ] as const)('%o and %o give different sequences', (left, right) => {
    const [one, other] = [createRandom(...left), createRandom(...right)];
    expect(draws(4, one.uniform)).not.toEqual(draws(4, other.uniform));
  });

  test('sequences of neighbouring keys are uncorrelated', () => {
    for (const [left, right] of [
      [0, 1],
      [1, 2],
      [41, 42],
    ] as const) {
      const one = draws(20_000, createRandom('epoch', left).uniform);
      const other = draws(20_000, createRandom('epoch', right).uniform);
      expect(Math.abs(correlation(one, other))).toBeLessThan(0.035);
    }
  });

  test('the first draws of many neighbouring keys are uniform and uncorrelated, as one draw per clip needs', () => {
    for (let position = 0; position < 3; position++) {
      const firsts = Array.from(
        { length: 20_000 },
        (_, index) => draws(position + 1, createRandom(5, 'clip', index).uniform)[position]!,
      );
      for (const power of [1, 2, 3]) expect(Math.abs(moment(firsts, power) - 1 / (power + 1))).toBeLessThan(0.01);
      for (const lag of [1, 2])
        expect(Math.abs(correlation(firsts.slice(0, -lag), firsts.slice(lag)))).toBeLessThan(0.035);
    }
  });
});
