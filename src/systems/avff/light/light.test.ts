import { expect, test } from 'vitest';
import type { Example } from '../../../data/dataset.ts';
import { detectionScores, type JudgedClip, scoresByMethod } from '../score.ts';
import { type LightTarget, lightIntake } from './intake.ts';
import { judgeLight, talkingPerson, trainLight } from './train-in-memory.test-data.ts';

test('trained on real clips alone, it tells tampered clips of people it has never seen', async () => {
  const people = (from: number, to: number): Example[] =>
    Array.from({ length: to - from }, (_, i) => ({
      ...{
        id: `clip ${from + i}`,
        group: `person ${from + i}`,
        split: 'train',
        media: { kind: 'video', path: 'none' },
      },
      annotations: [{ kind: 'truth', real: true }],
    }));
  const settings = { moments: 124, folds: 2, hidden: 0, canonical: 0, penalty: 2, recode: false, trimSilence: false };
  const readings = new Map([...people(0, 24)].map(({ id }) => [id, talkingPerson(id, 5)]));
  const course = {
    intake: lightIntake(settings),
    examples: people(0, 12),
    open: async (clip: string) => readings.get(clip)!,
    ...{ reconstruct: settings, detect: settings, epochs: { reconstruct: 12, detect: 20 }, batchSize: 8 },
  };
  const parameters = await trainLight(course);

  const unseen = { ...course, examples: people(12, 24) };
  const judged: JudgedClip[] = [];
  for (const name of ['evaluate', 'tampered']) {
    const { rows, answers } = await judgeLight(unseen, parameters, { name, seed: 1, epoch: 0 });
    for (const [i, { clips, target }] of rows.entries()) {
      const { real, method } = target as unknown as LightTarget;
      judged.push({ id: clips[0]!, real, method, score: answers.logit![i]! });
    }
  }
  const scores = scoresByMethod(judged, 0);
  for (const kind of ['exchanged-sound', 'shifted-sound', 'reversed-picture', 'frozen-picture'])
    expect(scores.get(kind)!.auc, kind).toBeGreaterThan(0.95);
  expect(detectionScores(judged, 0).balancedAccuracy).toBeGreaterThan(0.85);
});
