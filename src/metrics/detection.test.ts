import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  areaUnderCurve,
  averagePrecision,
  balancedAccuracy,
  bestThreshold,
  equalErrorRate,
  falseAlarmsAtRecall,
} from './detection.ts';

// Few distinct values, so that ties are frequent.
const scores = fc.array(
  fc.integer({ min: 0, max: 9 }).map((n) => n / 4),
  { minLength: 1, maxLength: 12 },
);

describe('areas', () => {
  test('the area under the ROC curve is the share of pairs in the right order, ties counted half', () => {
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const pairs = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
        const share = pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length;
        expect(areaUnderCurve(positives, negatives)).toBeCloseTo(share, 12);
      }),
    );
    expect(areaUnderCurve([], [1])).toBeNaN();
  });

  test('average precision without ties is the mean over positives of the precision at their rank', () => {
    // Ranks of the positives: 1, 3, 6; precisions 1, 2/3, 3/6.
    expect(averagePrecision([9, 7, 4], [8, 6, 5, 3])).toBeCloseTo((1 + 2 / 3 + 3 / 6) / 3, 12);
  });

  test('clips with one score are decided together: average precision is then the share of positives', () => {
    expect(averagePrecision([1, 1], [1, 1, 1])).toBeCloseTo(2 / 5, 12);
    expect(averagePrecision([1, 2], [])).toBe(1);
  });
});

describe('error rates', () => {
  test('the equal error rate of mirrored scores is their overlap', () => {
    // One of four positives below and one of four negatives above the middle.
    expect(equalErrorRate([6, 7, 8, 3], [1, 2, 0, 5])).toBeCloseTo(0.25, 12);
    expect(equalErrorRate([2, 3], [0, 1])).toBe(0);
    expect(equalErrorRate([0, 1], [2, 3])).toBe(1);
    expect(equalErrorRate([1, 1], [1, 1])).toBeCloseTo(0.5, 12);
  });

  test('false alarms at a recall are those of the highest threshold that reaches it', () => {
    const positives = Array.from({ length: 20 }, (_, i) => i + 10); // 10 ... 29
    // 95 % of 20 are 19: the threshold is 11.
    expect(falseAlarmsAtRecall(positives, [10.5, 11, 30, 0], 0.95)).toBe(0.5);
    expect(falseAlarmsAtRecall(positives, [], 0.95)).toBeNaN();
  });
});

describe('thresholds', () => {
  test('no other threshold has a higher balanced accuracy than the best one', () => {
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const best = balancedAccuracy(positives, negatives, bestThreshold(positives, negatives));
        for (const other of [...positives, ...negatives])
          expect(balancedAccuracy(positives, negatives, other)).toBeLessThanOrEqual(best + 1e-12);
      }),
    );
  });

  test('the best threshold lies halfway between the scores it separates', () => {
    expect(bestThreshold([4, 5], [1, 2])).toBe(3);
    expect(bestThreshold([], [1])).toBeNaN();
  });

  test('balanced accuracy weighs both sides equally, however many clips each has', () => {
    expect(balancedAccuracy([1], Array(99).fill(1), 0.5)).toBe(0.5);
    expect(balancedAccuracy([1], [...Array<number>(49).fill(0), 1], 0.5)).toBeCloseTo(0.99, 12);
  });
});
