import { expect, test } from 'vitest';
import { tamperingKinds } from '../data/tampering.ts';
import { planClips, type Recording } from './tamper-plan.ts';

const recording = (id: string, person: string, more: Partial<Recording> = {}): Recording => ({
  ...{ id, person, split: undefined, begins: 0, seconds: 4 },
  ...more,
});
const all = { seed: 1, kinds: tamperingKinds };

test('every recording comes as it is and once for each kind, equally long', () => {
  const clips = planClips([recording('b/2.mp4', 'bob'), recording('1.mp4', 'ann')], all);
  expect(clips.map(({ path }) => path).slice(0, 3)).toEqual([
    'real/1.webm',
    'fake/exchanged-sound/1.webm',
    'fake/shifted-sound/1.webm',
  ]);
  expect(clips.filter(({ source }) => source === 'b/2.mp4').map(({ path }) => path)).toEqual([
    'real/b-2.webm',
    ...tamperingKinds.map((kind) => `fake/${kind}/b-2.webm`),
  ]);
  expect(new Set(clips.map(({ seconds }) => seconds))).toEqual(new Set([4]));
  expect(clips[0]).toMatchObject({ person: 'ann', fake_periods: [] });
  expect(clips[2]!.fake_periods).toEqual([[0, 4]]);
});

test('the same seed gives the same plan, whatever the order of the recordings; another seed another', () => {
  const recordings = ['a', 'b', 'c'].map((name) => recording(`${name}.mp4`, name));
  const plan = planClips(recordings, all);
  expect(planClips(recordings.toReversed(), all)).toEqual(plan);
  expect(planClips(recordings, { ...all, seed: 2 })).not.toEqual(plan);
});

test('nothing is taken from the same person, from another split, or from what ends too early', () => {
  const recordings = [
    recording('a1.mp4', 'ann', { split: 'train' }),
    recording('a2.mp4', 'ann', { split: 'train' }),
    recording('b.mp4', 'bob', { split: 'test' }),
    recording('c.mp4', 'cat', { split: 'train', seconds: 3.5 }),
  ];
  const clips = planClips(recordings, all);
  const others = clips.flatMap(({ source, tampering: made }) =>
    made && 'other' in made ? [[source, made.other]] : [],
  );
  expect(new Set(others.map(([source]) => source))).toEqual(new Set(['c.mp4']));
  expect(others.every(([, other]) => other!.startsWith('a'))).toBe(true);
  expect(clips.every(({ path, split }) => path.startsWith(`${split}/`))).toBe(true);
});

test('videos whose clips would have the same name are refused', () => {
  expect(() => planClips([recording('a/b.mp4', 'x'), recording('a-b.mov', 'y')], all)).toThrow(
    'would both be called a-b; rename one of the videos.',
  );
});
