import { describe, expect, test } from 'vitest';
import type { Annotation } from '../../data/annotation.ts';
import type { Example } from '../../data/dataset.ts';
import { fakeMedia } from '../../data/fake-media.test-data.ts';
import type { Pass, StoredReading } from '../../data/intake.ts';
import { joinFloat32 } from '../../files/tensor-values.ts';
import { firstValues } from '../../model/parameters.ts';
import type { Rows } from '../../runtime/feeds.ts';
import { nodeSessions } from '../../runtime/session-node.ts';
import { freshCheckpoint } from '../../train/checkpoint.ts';
import { openTrainer } from '../../train/open-trainer.ts';
import type { ClipStage } from '../system.ts';
import { type AvffTarget, sliceLabels } from './intake.ts';
import { reconstructOptimisers } from './reconstruct.ts';
import { type AvffSettings, avffRecipes } from './settings.ts';
import { avffSystem } from './system.ts';

/** As small as frames of 3.2 s allow. */
const tiny: AvffSettings = {
  ...avffRecipes.avff,
  ...{ frameSize: 8, patchSize: 8, spectrogramFrames: 64, melBins: 16, width: 8, depth: 1, heads: 2, headWidth: 4 },
  headRate: 1,
  decoders: { video: { width: 8, depth: 1, heads: 2 }, audio: { width: 8, depth: 1, heads: 2 } },
};
const open = avffSystem.open(tiny, { labels: [], backbone: undefined as never });
const { intake } = open;
const stages = open.stages as readonly ClipStage[];

const clip = (id: string, truth: Omit<Extract<Annotation, { kind: 'truth' }>, 'kind'>): Example => ({
  ...{ id, split: 'train', media: { kind: 'video', path: id } },
  annotations: [{ kind: 'truth', ...truth }],
});
const examples = [
  clip('a', { real: true }),
  clip('b', { real: true }),
  clip('c', { real: true }),
  clip('f', { real: false, method: 'dub', fakes: [{ start: 1, end: 1.5 }] }),
];
const train: Pass = { name: 'train', seed: 1, epoch: 0 };
const { arrays } = await intake.read(fakeMedia(16_000, 5));
const reading: StoredReading = {
  ...{ names: Object.keys(arrays), get: async (name) => arrays[name]!, close: async () => undefined },
};
const rowFor = (target: AvffTarget, pass = train) => intake.row({ clips: ['a'], target }, async () => reading, pass);

describe('clips', () => {
  test('of 5 s are kept as 25 squares and their sound', () => {
    expect(arrays.frames!.shape).toEqual([25, 8, 8, 3]);
    expect(arrays.sound!.shape).toEqual([80_000]);
  });

  test('shorter than 3.2 s, or without sound, are refused in a sentence', async () => {
    await expect(intake.read(fakeMedia(16_000, 3))).rejects.toThrow('The clip is shorter than 3.2 s');
    await expect(intake.read({ ...fakeMedia(16_000, 5), audio: undefined })).rejects.toThrow('The clip has no sound');
  });
});

describe('rows', () => {
  test('real and fake clips are equally frequent in training, and as they are in evaluation', () => {
    const kinds = (pass: Pass) => intake.plan(examples, pass).map(({ target }) => (target as AvffTarget).real);
    expect(kinds(train).sort()).toEqual([false, false, false, true, true, true]);
    expect(kinds({ ...train, name: 'evaluate' })).toEqual([true, true, true, false]);
  });

  test('are the middle window in evaluation, and a drawn one in training', async () => {
    const middle = await rowFor({ real: true }, { ...train, name: 'evaluate' });
    // Frames 4 to 19 of 25: the picture shows its time in tenths of a second, in all of a patch.
    expect(Math.round((middle.video![0]! as number) * 255)).toBe(9);
    const seen = await Promise.all([0, 1, 2, 3, 4].map((epoch) => rowFor({ real: true }, { ...train, epoch })));
    expect(new Set(seen.map(({ video }) => video![0])).size).toBeGreaterThan(1);
    expect(await rowFor({ real: true })).toEqual(await rowFor({ real: true }));
  });

  test('a training window of a fake holds a fake period, and repeated rows differ', async () => {
    const fakes = intake.plan(examples, train).filter(({ target }) => !(target as AvffTarget).real);
    const rows = await Promise.all(fakes.map((row) => intake.row(row, async () => reading, train)));
    expect(rows.map(({ label }) => label![0])).toEqual([1, 1, 1]);
    expect(new Set(rows.map(({ mix_video }) => mix_video![0])).size).toBe(3);
  });

  test('a slice is fake if it overlaps a fake period; of a fake without periods nothing is known', () => {
    const fake = { real: false, fakes: [{ start: 1.3, end: 1.7 }] };
    // Slices of 0.4 s from second 0.5 on: 1.3 ends the second, 1.7 begins the fourth.
    expect([...sliceLabels(fake, 0.5, 3.2, 8)]).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
    expect([...sliceLabels({ real: false }, 0, 3.2, 2)]).toEqual([-1, -1]);
    expect([...sliceLabels({ real: true, fakes: [] }, 0, 3.2, 2)]).toEqual([0, 0]);
  });

  test('a window of a fake clip that holds no fake period is real, but not learnt from as such in stage 1', async () => {
    const row = await rowFor({ real: false, fakes: [{ start: 90, end: 91 }] });
    expect([row.label, row.real]).toEqual([Float32Array.of(0), Float32Array.of(0)]);
  });
});

test('windows of prediction overlap by half, and the last ends with the clip', async () => {
  const windows = [];
  for await (const window of intake.windows(fakeMedia(16_000, 5), {})) windows.push(window);
  expect(windows.map(({ start, end }) => [start, end])).toEqual([
    [0, 3.2],
    [1.6, expect.closeTo(4.8, 9)],
    [expect.closeTo(1.8, 9), 5],
  ]);
});

test('both stages train on rows, the second from where the first ended', async () => {
  const rows = await Promise.all(
    intake.plan(examples, train).map((row) => intake.row(row, async () => reading, train)),
  );
  const names = Object.keys(rows[0]!);
  const stacked: Rows = Object.fromEntries(
    names.map((name) => [name, joinFloat32(rows.map((row) => row[name] as Float32Array))]),
  );
  let values = new Map<string, Float32Array>();
  for (const stage of stages) {
    const batch = stage.stepBatch({ rows: [], arrays: stacked as never, count: rows.length }, 0);
    values = new Map([...firstValues(stage.model.parameters, new Map(), 0), ...values]);
    const parameters = new Map([...stage.model.parameters.keys()].map((name) => [name, values.get(name)!]));
    const trainer = await openTrainer({
      ...{ stage, backbone: { weights: new Map() }, batchSize: rows.length, openSession: nodeSessions({ threads: 1 }) },
      training: { optimizer: 'adamw', weightDecay: 0.05, clipNorm: 0, seed: 0 },
      ...{ optimisers: reconstructOptimisers, checkpoint: freshCheckpoint(parameters), onNote: () => undefined },
    });
    const losses: number[] = [];
    for (let step = 0; step < 8; step++) losses.push((await trainer.step(batch, 3e-3)).losses.network!);
    await trainer.collect();
    await trainer.release();
    expect(losses.at(-1), stage.name).toBeLessThan(losses[0]!);
  }
  expect([...open.fold(values).keys()]).toEqual([...open.folded.parameters.keys()]);
});
