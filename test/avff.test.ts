// The full AVFF in its small size, by the commands: both stages, what is said of clips, and what it refuses.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { duetHere, duetJson, newFolder, theOneSentence } from './duet.ts';
import { writeExchanged, writeTalkingClips } from './talking-clips.ts';

let folder: string;
let data: string;
let run: string;

beforeAll(async () => {
  folder = await newFolder('avff');
  [data, run] = [join(folder, 'videos'), join(folder, 'run')];
  for (const split of ['train', 'val', 'test']) {
    await writeTalkingClips(join(data, split, 'real'), split, split === 'train' ? 3 : 2);
    await writeTalkingClips(join(data, split, 'fake'), `${split} fake`, 1);
    await writeExchanged(join(data, split, 'fake', 'exchanged.webm'));
  }
  const trained = await duetJson<{ history: { losses: Record<string, number> }[]; best: { metrics: object } }>([
    ...['train', data, '--recipe', 'avff-small', '--out', run, '--epochs', '1', '--detect-epochs', '1'],
    ...['--batch', '2', '--threads', '1'],
  ]);
  // An epoch of stage 1 with its critics, and one of stage 2.
  expect(trained.history.map(({ losses }) => Object.keys(losses).includes('critic'))).toEqual([true, false]);
  expect(trained.best.metrics).toMatchObject({ auc: expect.any(Number), loss: expect.any(Number) });
});

test('is tested on real clips and fakes', async () => {
  const scored = await duetJson(['evaluate', run, data, '--threads', '1']);
  expect(scored).toMatchObject({ system: 'avff', clips: 4, auc: expect.any(Number), methods: [] });
});

test('says of a clip how likely each part of it is fake', async () => {
  const clip = join(data, 'test', 'real', 'test-0.webm');
  const [result] = await duetJson<[{ verdict: string; timeline: { start: number; end: number }[] }]>([
    ...['predict', run, clip, '--threads', '1'],
  ]);
  expect(['real', 'fake']).toContain(result.verdict);
  expect(result.timeline[0]!.start).toBe(0);
  expect(result.timeline.at(-1)!.end).toBeCloseTo(5, 1);
});

test('weights that it does not know, and data without fakes, are refused in one sentence', async () => {
  const weights = join(folder, 'weights.safetensors');
  await writeFile(weights, Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]));
  const started = ['train', data, '--recipe', 'avff-small', '--out', join(folder, 'other'), '--start-from', weights];
  expect(theOneSentence(await duetHere(started))).toContain("neither MARLIN's nor AudioMAE's weights");
  const real = ['train', join(data, 'train', 'real'), '--recipe', 'avff-small', '--out', join(folder, 'other')];
  expect(theOneSentence(await duetHere(real))).toContain('learns from both');
  const duetRecipe = ['train', data, '--recipe', 'duet', '--out', join(folder, 'other'), '--start-from', weights];
  expect(theOneSentence(await duetHere(duetRecipe))).toContain('begins with its backbone alone');
});
