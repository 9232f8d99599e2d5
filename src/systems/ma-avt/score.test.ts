import { expect, test } from 'vitest';
import type { Ask } from '../system.ts';
import { scoreClips } from './score.ts';

type Clip = { readonly label: number; readonly logits: readonly [number, number]; readonly background: number };

/** Scores clips whose answers are given; each picture with a mismatched sound gets the background logit -1. */
function score(clips: readonly Clip[], backgroundThreshold: number) {
  const pairs = (shift: number) =>
    clips.map(({ label }, index) => ({
      clips: [String(index), String((index + shift) % clips.length)],
      target: { label, picture: label, sound: label },
    }));
  // Mismatched, each gets the sound of the next clip.
  const ask: Ask = async function* ({ name }) {
    const isMismatched = name === 'mismatched';
    yield {
      rows: pairs(isMismatched ? 1 : 0),
      arrays: {},
      outputs: {
        class_logits: Float32Array.from(clips.flatMap(({ logits }) => logits)),
        background_logits: Float32Array.from(clips, ({ background }) => (isMismatched ? -1 : background)),
      },
    };
  };
  return scoreClips(ask, { classes: 2, backgroundThreshold, mismatchSeed: 0 });
}

test('clips labelled background are one more class, found by the decision rule before the classes', async () => {
  const clips: Clip[] = [
    { label: 0, logits: [1, 0], background: -3 },
    { label: 1, logits: [1, 0], background: -2 },
    { label: 1, logits: [0, 2], background: 0.1 },
    { label: -1, logits: [0, 2], background: 0.5 },
    { label: -1, logits: [2, 0], background: -0.5 },
  ];
  const result = await score(clips, 0.5);
  expect(result.confusion).toEqual([
    [1, 0, 0],
    [1, 0, 1],
    [1, 0, 1],
  ]);
  expect(result.accuracy).toBeCloseTo(2 / 5);
  // The five mismatched pairs and the two labelled ones against the three events.
  expect(result.backgroundAuc).toBeCloseTo((5 * 2 + 3 + 2) / 21);
  for (const { probabilities } of result.clips)
    expect(probabilities.reduce((sum, share) => sum + share)).toBeCloseTo(1);
  expect(result.clips[3]!.probabilities[2]).toBeCloseTo(1 / (1 + Math.exp(-0.5)));
  expect(Number.isFinite(result.loss)).toBe(true);
  // A higher threshold leaves the third clip to its class.
  expect((await score(clips, 0.6)).confusion[1]).toEqual([1, 1, 0]);
});

test('without clips labelled background there is no such class, whatever the background logit says', async () => {
  const result = await score(
    [
      { label: 0, logits: [1, 0], background: 5 },
      { label: 1, logits: [1, 0], background: 5 },
    ],
    0.5,
  );
  expect(result.confusion).toEqual([
    [1, 0],
    [1, 0],
  ]);
});
