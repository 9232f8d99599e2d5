import { describe, expect, test } from 'vitest';
import { planFixedMixtures, planTrainingMixtures } from './mixture-plan.ts';

const clips = ['a', 'b', 'c'].flatMap((label) =>
  Array.from({ length: 5 }, (_, index) => ({ id: `${label}/${index}`, label })),
);
const options = { ratioRange: 5, pictures: 'within the class', perClip: 1, silentShare: 0 } as const;
const classOf = (id: string) => id[0];

describe('training mixtures', () => {
  test('have every clip as target once, an interferer of another class, and pictures of their classes', () => {
    const rows = planTrainingMixtures(clips, 1, 0, options);
    expect(rows.map(({ clips: [target] }) => target).sort()).toEqual(clips.map(({ id }) => id).sort());
    for (const { clips, target } of rows) {
      expect(classOf(clips[1])).not.toBe(classOf(clips[0]));
      expect([clips[2], clips[3]].map(classOf)).toEqual([clips[0], clips[1]].map(classOf));
      expect(Math.abs(target.ratio)).toBeLessThanOrEqual(5);
      expect(target.silent).toBe(false);
    }
    expect(rows.some(({ clips: [target, , picture] }) => target !== picture)).toBe(true);
  });

  test('repeat for a seed and epoch, and differ between epochs', () => {
    expect(planTrainingMixtures(clips, 1, 0, options)).toEqual(planTrainingMixtures(clips, 1, 0, options));
    expect(planTrainingMixtures(clips, 1, 1, options)).not.toEqual(planTrainingMixtures(clips, 1, 0, options));
  });

  test('show the own pictures and silent targets where asked to', () => {
    const rows = planTrainingMixtures(clips, 1, 0, { ...options, pictures: 'own', silentShare: 1 });
    for (const { clips } of rows) expect(clips.slice(2)).toEqual(clips.slice(0, 2));
    expect(rows.every(({ target }) => target.silent)).toBe(true);
  });

  test('of clips of one class have any other clip as interferer', () => {
    const [one] = [clips.slice(0, 5)];
    for (const { clips } of planTrainingMixtures(one, 1, 0, options)) expect(clips[1]).not.toBe(clips[0]);
  });

  test('need two clips', () => {
    expect(() => planTrainingMixtures(clips.slice(0, 1), 1, 0, options)).toThrow(/two clips at least/);
  });
});

test('fixed mixtures are the same whoever tells the target', () => {
  const told = planFixedMixtures(clips, 5, 0, false);
  const misled = planFixedMixtures(clips, 5, 0, true);
  for (const [index, row] of told.entries()) {
    const [target, interferer] = row.clips;
    expect(row.clips).toEqual([target, interferer, target, interferer]);
    expect(misled[index]).toEqual({ ...row, clips: [target, interferer, interferer, target] });
  }
});
