import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { randomResizedCropBox } from './random-resized-crop.ts';

test('every box lies in the picture, whatever the picture', () => {
  const side = fc.integer({ min: 1, max: 2000 });
  fc.assert(
    fc.property(side, side, fc.integer(), (width, height, seed) => {
      const box = randomResizedCropBox(width, height, createRandom(seed));
      expect(Object.values(box).every(Number.isInteger)).toBe(true);
      expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(1);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
    }),
    { numRuns: 1000 },
  );
});

test('areas are uniform in 0.08 ... 1 and shapes log-uniform in 3/4 ... 4/3 where boxes fit', () => {
  const random = createRandom('crop distribution');
  // With at most half of a square picture's area, every shape allowed fits, so nothing is drawn again.
  const boxes = Array.from({ length: 20_000 }, () => randomResizedCropBox(1000, 1000, random, { scale: [0.08, 0.5] }));
  const areas = boxes.map((box) => (box.width * box.height) / 1e6);
  const shapes = boxes.map((box) => Math.log(box.width / box.height));
  expect(Math.min(...areas)).toBeGreaterThan(0.079);
  expect(Math.max(...areas)).toBeLessThan(0.501);
  expect(mean(areas)).toBeCloseTo(0.29, 2);
  expect(mean(areas.map((area) => (area - 0.29) ** 2))).toBeCloseTo(0.42 ** 2 / 12, 3);
  expect(mean(shapes)).toBeCloseTo(0, 2);
  expect(mean(shapes.map((shape) => shape ** 2))).toBeCloseTo(Math.log(4 / 3) ** 2 / 3, 3);
  expect(mean(boxes.map((box) => box.x / (1000 - box.width)))).toBeCloseTo(0.5, 2);
  expect(mean(boxes.map((box) => box.y / (1000 - box.height)))).toBeCloseTo(0.5, 2);
});

test('where no box fits, the largest centred one of an allowed shape is taken', () => {
  const random = createRandom('fallback');
  expect(randomResizedCropBox(3000, 30, random)).toEqual({ x: 1480, y: 0, width: 40, height: 30 });
  expect(randomResizedCropBox(30, 3000, random)).toEqual({ x: 0, y: 1480, width: 30, height: 40 });
});

test('both edges of the picture are reached', () => {
  const random = createRandom('edges');
  const boxes = Array.from({ length: 2000 }, () => randomResizedCropBox(12, 9, random));
  expect(boxes.some((box) => box.x > 0 && box.x + box.width === 12)).toBe(true);
  expect(boxes.some((box) => box.y > 0 && box.y + box.height === 9)).toBe(true);
  expect(boxes.some((box) => box.x === 0)).toBe(true);
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
