import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LabelledClip, planEvaluation, planMismatched, planTraining } from './epoch-plan.ts';

const clipsOf = (classes: readonly number[]): LabelledClip[] =>
  classes.map((classIndex, index) => ({
    id: `clip ${index}`,
    classIndex,
  }));

const twoOrMoreClasses = fc
  .array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 40 })
  .filter((classes) => new Set(classes).size > 1);

test('a background pair is always of two classes, labelled -1, and every picture comes once in an epoch', () => {
  fc.assert(
    fc.property(
      twoOrMoreClasses,
      fc.integer(),
      fc.nat(100),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (classes, seed, epoch, probability) => {
        const clips = clipsOf(classes);
        const plan = planTraining(clips, seed, epoch, probability);
        expect(plan.map(({ clips: [picture] }) => picture).sort()).toEqual(clips.map((clip) => clip.id).sort());
        const classOf = new Map(clips.map(({ id, classIndex }) => [id, classIndex]));
        for (const {
          clips: [picture, sound],
          target,
        } of plan) {
          expect([target.picture, target.sound]).toEqual([classOf.get(picture), classOf.get(sound)]);
          if (target.label === -1) expect(target.sound).not.toBe(target.picture);
          else expect([sound, target.label]).toEqual([picture, target.picture]);
        }
      },
    ),
  );
});

test('every mismatched pair is of two classes', () => {
  fc.assert(
    fc.property(twoOrMoreClasses, fc.integer(), (classes, seed) => {
      const plan = planMismatched(clipsOf(classes), seed);
      expect(plan.every(({ target: { picture, sound, label } }) => label === -1 && sound !== picture)).toBe(true);
    }),
  );
});

test('background pairs are as frequent as asked, and their sounds come evenly from all clips of other classes', () => {
  const clips = clipsOf(Array.from({ length: 400 }, (_, index) => (index < 100 ? 0 : index < 200 ? 1 : 2)));
  const sounds = new Map<number, number>();
  let pairs = 0;
  for (let epoch = 0; epoch < 20; epoch++) {
    for (const {
      target: { picture, sound, label },
    } of planTraining(clips, 1, epoch, 0.2)) {
      if (label !== -1) continue;
      pairs++;
      if (picture === 0) sounds.set(sound, (sounds.get(sound) ?? 0) + 1);
    }
  }
  expect(pairs / (20 * 400)).toBeCloseTo(0.2, 1);
  // Class 2 has twice as many clips as class 1.
  expect(sounds.get(2)! / sounds.get(1)!).toBeGreaterThan(1.5);
  expect(sounds.get(2)! / sounds.get(1)!).toBeLessThan(2.7);
});

test('the plan depends on seed and epoch alone', () => {
  const clips = clipsOf([0, 0, 1, 1, 2, 2, 3, 3]);
  const ids = (seed: number, epoch: number) => planTraining(clips, seed, epoch, 0.5).map((row) => row.clips);
  expect(ids(1, 2)).toEqual(ids(1, 2));
  expect(ids(1, 2)).not.toEqual(ids(1, 3));
  expect(ids(1, 2)).not.toEqual(ids(2, 2));
});

test('one class alone cannot be mismatched', () => {
  expect(() => planMismatched(clipsOf([1, 1]), 0)).toThrow(/another class/);
  expect(planEvaluation(clipsOf([1, 1]))).toHaveLength(2);
  expect(planTraining(clipsOf([1, 1]), 0, 0, 0)).toHaveLength(2);
});
