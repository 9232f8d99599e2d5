import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../random.ts';
import { cells, standardised } from './features.ts';
import { bands } from './reading.ts';
import { periodsAbove, sideAtFault, stretchScores, timelineOf } from './timeline.ts';

const noise = (name: string, length: number) => {
  const { normal } = createRandom('timeline', name);
  return Float32Array.from({ length }, normal);
};

describe('timeline', () => {
  const moments = 300;
  const motion = standardised(noise('motion', moments * cells), cells);
  const sound = standardised(noise('sound', moments * bands), bands);
  const features = { moments, motion, sound, still: 0, silent: 0 };
  // Perfect predictions for 8 seconds, nonsense for the last 4.
  const partly = (truth: Float32Array, width: number) =>
    truth.map((value, place) =>
      place < 200 * width ? value : noise('nonsense', truth.length)[0]! * ((place % 7) - 3),
    );
  const scores = stretchScores(features, { v2a: partly(sound, bands), a2v: partly(motion, cells) });

  test('stretches of 3 s follow each other at half a second, to the end of the clip', () => {
    expect(scores.map(({ start }) => start).slice(0, 3)).toEqual([0, 0.52, 1]);
    expect(scores.at(-1)).toMatchObject({ start: 9, end: 12 });
    expect(stretchScores({ ...features, moments: 74 }, { v2a: sound, a2v: motion })).toEqual([]);
  });

  test('where the sides no longer predict each other, the score rises', () => {
    const timeline = timelineOf(scores, 12);
    expect(timeline).toHaveLength(24);
    const meanOf = (from: number, to: number) => {
      const inside = timeline.filter(({ time }) => time >= from && time < to);
      return inside.reduce((sum, { score }) => sum + score, 0) / inside.length;
    };
    expect(meanOf(0, 6)).toBeLessThan(-1.5);
    expect(meanOf(10, 12)).toBeGreaterThan(-0.5);
  });

  test('neighbouring moments above a threshold are one period', () => {
    const timeline = [0, 3, 2, 0, 5].map((score, step) => ({ time: 0.25 + step * 0.5, score }));
    expect(periodsAbove(timeline, 2)).toEqual([
      { start: 0.5, end: 1.5, score: 3 },
      { start: 2, end: 2.5, score: 5 },
    ]);
  });
});

test('a picture or a sound that stands still is at fault, else only their meeting', () => {
  expect(sideAtFault({ still: 0.5, silent: 0.3 })).toBe('picture');
  expect(sideAtFault({ still: 0, silent: 0.3 })).toBe('sound');
  expect(sideAtFault({ still: 0.1, silent: 0.1 })).toBe('meeting');
});
