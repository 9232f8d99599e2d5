import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { crop } from './crop.ts';
import { flipHorizontally } from './flip.ts';
import { normalisePicture } from './normalise-picture.ts';
import type { Picture } from './picture.ts';
import { resize } from './resize.ts';
import { resizeMap, resizeMatrix } from './resize-map.ts';

const side = fc.integer({ min: 1, max: 40 });
const filter = fc.constantFrom('bicubic' as const, 'bilinear' as const);
const picture = fc
  .record({ width: side, height: side, seed: fc.integer() })
  .map(({ width, height, seed }): Picture => noise(width, height, seed));

function noise(width: number, height: number, seed: number): Picture {
  const random = createRandom('noise', seed);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) };
}

describe('resize', () => {
  test('a picture of one colour keeps it at any size', () => {
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        filter,
        fc.integer({ min: 0, max: 255 }),
        (width, height, toWidth, toHeight, kind, colour) => {
          const resized = resize(
            { width, height, data: new Uint8Array(width * height * 3).fill(colour) },
            toWidth,
            toHeight,
            kind,
          );
          expect(resized.data).toHaveLength(toWidth * toHeight * 3);
          expect(resized.data.every((value) => value === colour)).toBe(true);
        },
      ),
    );
  });

  test('black and white edges are clamped, not wrapped around', () => {
    const data = new Uint8Array(8 * 3).fill(255, 12);
    const { data: values } = resize({ width: 8, height: 1, data }, 64, 1, 'bicubic');
    // Bicubic overshoots on both sides of the edge.
    expect([...values.subarray(21 * 3, 28 * 3)].every((value) => value === 0)).toBe(true);
    expect([...values.subarray(36 * 3, 43 * 3)].every((value) => value === 255)).toBe(true);
  });

  test('mirroring first or afterwards is the same', () => {
    fc.assert(
      fc.property(picture, side, side, filter, (source, width, height, kind) => {
        const before = resize(flipHorizontally(source), width, height, kind).data;
        const after = flipHorizontally(resize(source, width, height, kind)).data;
        // A weight exactly between two fixed-point values may round to either side.
        expect(before.every((value, n) => Math.abs(value - after[n]!) <= 1)).toBe(true);
      }),
    );
  });

  test('the size asked for is checked', () => {
    expect(() => resize(noise(4, 4, 1), 0, 4, 'bicubic')).toThrow(/whole numbers/);
    expect(() => resize(noise(4, 4, 1), 4, 2.5, 'bicubic')).toThrow(/whole numbers/);
  });
});

describe('resizeMap', () => {
  test('equals the product with its two matrices', () => {
    const random = createRandom('map');
    const map = { rows: 9, columns: 14, values: Float64Array.from({ length: 9 * 14 }, random.normal) };
    for (const [rows, columns] of [
      [5, 30],
      [20, 6],
      [9, 3],
      [4, 14],
    ] as const) {
      const down = resizeMatrix(9, rows).values;
      const across = resizeMatrix(14, columns).values;
      const resized = resizeMap(map, rows, columns);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          let expected = 0;
          for (let i = 0; i < 9; i++)
            for (let j = 0; j < 14; j++) expected += down[r * 9 + i]! * map.values[i * 14 + j]! * across[c * 14 + j]!;
          expect(resized.values[r * columns + c]).toBeCloseTo(expected, 12);
        }
      }
    }
  });

  test('halving averages neighbours with the weights 1 3 3 1', () => {
    const [first, second] = [resizeMatrix(8, 4).values.subarray(0, 8), resizeMatrix(8, 4).values.subarray(8, 16)];
    expect([...second].map((weight) => weight * 8)).toEqual([0, 1, 3, 3, 1, 0, 0, 0]);
    expect([...first].map((weight) => Math.round(weight * 7))).toEqual([3, 3, 1, 0, 0, 0, 0, 0]);
  });
});

describe('crop', () => {
  test('takes the pixels inside the box', () => {
    const source: Picture = { width: 4, height: 3, data: Uint8Array.from({ length: 36 }, (_, n) => n) };
    expect([...crop(source, { x: 1, y: 1, width: 2, height: 2 }).data]).toEqual([
      15, 16, 17, 18, 19, 20, 27, 28, 29, 30, 31, 32,
    ]);
  });

  test.each([
    { x: 3, y: 0, width: 2, height: 1 },
    { x: 0, y: 2, width: 1, height: 2 },
    { x: -1, y: 0, width: 1, height: 1 },
    { x: 0, y: 0, width: 0, height: 1 },
    { x: 0.5, y: 0, width: 1, height: 1 },
  ])('refuses %o in a picture of 4 x 3', (box) => {
    expect(() => crop(noise(4, 3, 1), box)).toThrow(/not inside the picture of 4 x 3/);
  });
});

test('flipping exchanges left and right, keeps colours together, and undoes itself', () => {
  const source: Picture = { width: 2, height: 2, data: Uint8Array.from({ length: 12 }, (_, n) => n) };
  expect([...flipHorizontally(source).data]).toEqual([3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8]);
  fc.assert(
    fc.property(picture, (any) => {
      expect(flipHorizontally(flipHorizontally(any))).toEqual(any);
    }),
  );
});

test('normalising gives planes of red, green and blue', () => {
  const values = normalisePicture(
    { width: 2, height: 1, data: new Uint8Array([0, 51, 102, 153, 204, 255]) },
    [0, 0.5, 0.2],
    [1, 0.5, 0.1],
  );
  expect([...values].map((value) => Number(value.toFixed(5)))).toEqual([0, 0.6, -0.6, 0.6, 2, 8]);
});
