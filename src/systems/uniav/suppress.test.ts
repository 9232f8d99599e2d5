import { expect, test } from 'vitest';
import { releasedSuppression, type Suppression, suppress } from './suppress.ts';

const proposal = (start: number, end: number, score: number, label = 0) => ({ start, end, score, label });
// Half of the second lies in the first: an IoU of 1/3.
const pair = [proposal(0, 10, 0.9), proposal(5, 15, 0.8)];

function scoresBy(suppression: Suppression): number[] {
  return suppress(pair, { ...releasedSuppression(1), suppression }).map(({ score }) => score);
}

test('soft suppression lowers the score of what overlaps a better proposal, hard suppression drops it', () => {
  expect(scoresBy({ kind: 'gaussian', sigma: 0.5 })[1]).toBeCloseTo(0.8 * Math.exp(-(1 / 9) / 0.5), 6);
  expect(scoresBy({ kind: 'linear', threshold: 0.3 })[1]).toBeCloseTo(0.8 * (1 - 1 / 3), 6);
  expect(scoresBy({ kind: 'linear', threshold: 0.5 })).toEqual([0.9, 0.8]);
  expect(scoresBy({ kind: 'hard', threshold: 0.3 })).toEqual([0.9]);
});

test('proposals of different classes suppress each other only where classes compete', () => {
  const twoClasses = [proposal(0, 10, 0.9), proposal(0, 10, 0.8, 1)];
  const settings = { ...releasedSuppression(1), suppression: { kind: 'hard', threshold: 0.5 } } as const;
  expect(suppress(twoClasses, settings)).toEqual(twoClasses);
  expect(suppress(twoClasses, { ...settings, classesCompete: true, votingIou: 0 })).toEqual(twoClasses.slice(0, 1));
});

test('votes move a segment to the weighted mean of what agrees with it', () => {
  const voters = [proposal(0, 10, 0.6), proposal(0, 8, 0.3), proposal(5, 20, 0.1)];
  const [winner] = suppress(voters, {
    ...{ ...releasedSuppression(1), classesCompete: true },
    suppression: { kind: 'hard', threshold: 0.75 },
  });
  expect(winner!.start).toBe(0);
  expect(winner!.end).toBeCloseTo((10 * 0.6 + 8 * 0.3) / 0.9, 12);
});
