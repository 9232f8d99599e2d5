import { describe, expect, test } from 'vitest';
import { joined, periodsAbove, periodsAtFault, runsOf, scoredStretches, sideAtFault, timelineOf } from './timeline.ts';

const moment = (score: number, step: number) => ({ time: 0.25 + step * 0.5, score, probability: 0 });

describe('timeline', () => {
  // Of 12 s the last 4 are at fault, and a stretch is by as much as it reaches into them.
  const logits = Float32Array.from({ length: 19 }, (_, k) => Math.max(0, k / 2 + 3 - 8) - 1);
  const scores = scoredStretches(logits, 299, 0);

  test('stretches of 3 s follow each other at half a second, to the end of the clip', () => {
    expect(scores.map(({ start }) => start).slice(0, 3)).toEqual([0, 0.48, 1]);
    expect(scores.at(-1)).toEqual({ start: 9, end: 12, score: 3 });
    expect(scoredStretches(logits, 73, 0)).toEqual([]);
    expect(scoredStretches(logits, 74, 4)).toEqual([{ start: 4, end: 7, score: -1 }]);
  });

  test('the score is highest where the stretches around a moment are, as a probability too', () => {
    const timeline = timelineOf(scores, 12);
    expect(timeline).toHaveLength(24);
    expect(timeline[3]).toEqual({ time: 1.75, score: -1, probability: expect.closeTo(1 / (1 + Math.E), 12) });
    expect(timeline.at(-1)!.score).toBeGreaterThan(1);
    const found = periodsAbove(timeline, 0);
    expect(found).toHaveLength(1);
    expect(Math.abs(found[0]!.start - 8)).toBeLessThanOrEqual(1);
    expect(found[0]!.end).toBe(12);
  });

  test('neighbouring moments above a threshold are one period', () => {
    expect(periodsAbove([0, 3, 2, 0, 5].map(moment), 2)).toEqual([
      { start: 0.5, end: 1.5, score: 3 },
      { start: 2, end: 2.5, score: 5 },
    ]);
  });

  test('where the picture stands still, these very seconds are at fault', () => {
    const timeline = [1, 1, 1, 1, -1, -1, 1].map(moment);
    expect(periodsAtFault(timeline, [{ start: 0.64, end: 1.48 }], 0)).toEqual([
      { start: 0.64, end: 1.48, score: 1, side: 'picture' },
      { start: 3, end: 3.5, score: 1, side: 'meeting' },
    ]);
  });
});

test('runs of marked moments are stretches of seconds, short ones left out', () => {
  const marks = Float32Array.from({ length: 50 }, (_, i) => Number((i >= 5 && i < 20) || (i >= 30 && i < 35)));
  expect(runsOf(marks, 10)).toEqual([{ start: 10.2, end: 10.8 }]);
  expect(runsOf(marks, 0, 0)).toHaveLength(2);
});

test('stretches that windows have in common are one', () => {
  const parts = [
    { start: 4, end: 6 },
    { start: 0, end: 2 },
    { start: 5, end: 7 },
  ];
  expect(joined(parts)).toEqual([
    { start: 0, end: 2 },
    { start: 4, end: 7 },
  ]);
});

test('a picture or a sound that stands still is at fault, else only their meeting', () => {
  expect(sideAtFault({ still: 0.5, silent: 0.3 })).toBe('picture');
  expect(sideAtFault({ still: 0, silent: 0.3 })).toBe('sound');
  expect(sideAtFault({ still: 0.1, silent: 0.1 })).toBe('meeting');
});
