import { expect, test } from 'vitest';
import type { Box } from '../signal/box.ts';
import { centrePrior, compareWithBox, fittedPrior, localisationScore, type PatchMap, placeOf } from './localisation.ts';

/** A map that is 1 in the cells of a rectangle, else 0. */
function block(left: number, top: number, width: number, height: number): PatchMap {
  const values = Float32Array.from({ length: 14 * 14 }, (_, cell) => {
    const [x, y] = [cell % 14, Math.floor(cell / 14)];
    return Number(x >= left && x < left + width && y >= top && y < top + height);
  });
  return { values, rows: 14, columns: 14 };
}

const boxOf = (left: number, top: number, width: number, height: number): Box => ({
  ...{ x: left / 14, y: top / 14 },
  ...{ width: width / 14, height: height / 14 },
});

test('a map of the very box has no error, whatever its scale', () => {
  const { values, ...grid } = block(2, 5, 6, 4);
  for (const scaled of [values, values.map((value) => 0.001 * value - 3)]) {
    const found = compareWithBox(placeOf({ values: scaled, ...grid }), boxOf(2, 5, 6, 4), 1);
    // Smoothing rounds the corners off.
    expect(found.iou).toBeGreaterThan(0.85);
    expect(found.centreError).toBeLessThan(1e-4);
    expect(found.peakInBox).toBe(true);
  }
});

test('a region that covers half of the box and as much beside it overlaps by a third', () => {
  const found = compareWithBox(placeOf(block(4, 4, 6, 6)), boxOf(7, 4, 6, 6), 1);
  expect(found.iou).toBeCloseTo(1 / 3, 1);
  expect(found.centreError).toBeCloseTo(3 / 14 / Math.SQRT2, 4);
});

test('the error is a share of the diagonal of the picture in its own proportions', () => {
  const place = placeOf(block(0, 5, 4, 4));
  const aside = boxOf(10, 5, 4, 4);
  expect(compareWithBox(place, aside, 4 / 3).centreError).toBeCloseTo(((10 / 14) * 4) / 5, 2);
  expect(compareWithBox(place, aside, 4 / 3).peakInBox).toBe(false);
});

test('a map that says nothing means the whole picture', () => {
  const found = compareWithBox(
    placeOf({ values: new Float32Array(196).fill(0.3), rows: 14, columns: 14 }),
    boxOf(0, 0, 7, 14),
    1,
  );
  expect(found.iou).toBeCloseTo(0.5, 5);
});

test('the score counts clips: mean error, shares, and the area under shares of overlap', () => {
  const clip = (iou: number, peakInBox: boolean) => ({ centreError: iou / 10, iou, peakInBox });
  const score = localisationScore([clip(1, true), clip(0.5, true), clip(0.22, false), clip(0, false)]);
  expect(score).toMatchObject({ clips: 4, iouAtHalf: 0.5, peakInBox: 0.5 });
  expect(score.centreError).toBeCloseTo(0.043, 6);
  // Within half a step of the thresholds, the area is the mean overlap.
  expect(Math.abs(score.auc - 1.72 / 4)).toBeLessThan(0.025);
});

test('the centre prior means the middle, the fitted one the place that the boxes have in common', () => {
  expect(placeOf(centrePrior()).peak.x).toBeCloseTo(0.5, 1);
  const boxes = [boxOf(1, 2, 5, 5), boxOf(2, 2, 5, 5), boxOf(1, 3, 5, 5)];
  const fitted = fittedPrior(boxes);
  for (const box of boxes) expect(compareWithBox(fitted, box, 1).iou).toBeGreaterThan(0.6);
  expect(compareWithBox(placeOf(centrePrior()), boxes[0]!, 1).iou).toBeLessThan(0.4);
});
