import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openReference } from '../media/open-reference-node.ts';
import type { Batch } from './batch.ts';
import type { BatchFeed, OpenBatchesOptions } from './batch-feed.ts';
import { type Dataset, examplesOf } from './dataset.ts';
import { smallSettings, writeClips } from './generated-clips.test-data.ts';
import { features } from './model-inputs.ts';
import { openBatches } from './open-batches-node.ts';
import { openDataset } from './open-dataset-node.ts';

let folder: string;
let dataset: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-batches-'));
  await writeClips(join(folder, 'data'), { cat: 7, dog: 6, owl: 5 }, 1.5);
  dataset = await openDataset(join(folder, 'data'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = (options: Partial<OpenBatchesOptions> = {}): Promise<BatchFeed> =>
  openBatches({
    dataset,
    settings: smallSettings,
    batchSize: 4,
    seed: 5,
    cacheFolder: join(folder, 'cache'),
    ...options,
  });

async function all(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}
const labelOf = (id: string) => id.split('/')[0];

describe('evaluation', () => {
  test('gives every clip of the split once, in order, exactly as prediction sees it', async () => {
    const feed = await open();
    const batches = await all(feed.evaluate('val'));
    const examples = examplesOf(dataset, 'val');
    expect(batches.flatMap((batch) => batch.pictureIds)).toEqual(examples.map((example) => example.id));
    expect(batches.flatMap((batch) => [...batch.labels])).toEqual(
      examples.map((example) => dataset.classes.indexOf(example.label)),
    );
    const media = await openReference(examples[1]!.media);
    const direct = await features(media, smallSettings);
    await media.close();
    expect(batches[0]!.images.subarray(3 * 32 * 32, 2 * 3 * 32 * 32)).toEqual(direct.image);
    expect(batches[0]!.spectrograms.subarray(24 * 40, 2 * 24 * 40)).toEqual(direct.spectrogram);
  });

  test('of mismatched pairs gives every picture with the sound of another class', async () => {
    const feed = await open({ batchSize: 2 });
    const batches = await all(feed.mismatched('test', 1));
    expect(batches.flatMap((batch) => batch.pictureIds)).toEqual(
      examplesOf(dataset, 'test').map((example) => example.id),
    );
    const matched = await all(feed.evaluate('test'));
    for (const [index, batch] of batches.entries()) {
      expect(batch.images).toEqual(matched[index]!.images);
      batch.soundIds.forEach((id, place) => {
        expect(labelOf(id)).not.toBe(labelOf(batch.pictureIds[place]!));
      });
      expect([...batch.labels].every((label) => label === -1)).toBe(true);
    }
    expect(await all(feed.mismatched('test', 1))).toEqual(batches);
  });

  test('of a background pair hears the other clip’s own sound', async () => {
    const feed = await open({ batchSize: 1 });
    const [pair] = await all(feed.mismatched('test', 1));
    const own = (await all(feed.evaluate('test'))).find((batch) => batch.soundIds[0] === pair!.soundIds[0]);
    expect(pair!.spectrograms).toEqual(own!.spectrograms);
  });

  test('with a model’s own order of classes labels by that, and names a class it does not know', async () => {
    const feed = await open({ classes: ['owl', 'ant', 'dog', 'cat'] });
    const [batch] = await all(feed.evaluate('val'));
    expect([...batch!.labels]).toEqual(
      batch!.pictureIds.map((id) => ['owl', 'ant', 'dog', 'cat'].indexOf(labelOf(id)!)),
    );
    await expect(open({ classes: ['owl', 'dog'] })).rejects.toThrow(/"cat".*not one the model knows/);
  });
});

describe('training', () => {
  test('epochs hold every clip once in batches of the size asked for, differ, and come again for the same seed', async () => {
    const feed = await open({ backgroundProbability: 0.5 });
    const [first, second] = [await all(feed.train(0)), await all(feed.train(1))];
    const train = examplesOf(dataset, 'train');
    expect(first.map((batch) => batch.count)).toEqual([4, 4, train.length - 8]);
    expect(first.flatMap((batch) => batch.pictureIds).sort()).toEqual(train.map((example) => example.id));
    expect(first.flatMap((batch) => batch.pictureIds)).not.toEqual(second.flatMap((batch) => batch.pictureIds));
    const again = await open({ backgroundProbability: 0.5 });
    expect(await all(again.train(1))).toEqual(second);
    const other = await open({ backgroundProbability: 0.5, seed: 6 });
    expect(await all(other.train(1))).not.toEqual(second);
  });

  test('without augmentation shows clips as evaluation does; with it, pictures vary from epoch to epoch', async () => {
    const trainAsEvaluated = new Map(
      (await all((await open({ batchSize: 1 })).evaluate('train'))).map((batch) => [batch.pictureIds[0], batch]),
    );
    const plain = await all((await open({ batchSize: 1, augment: 'none', backgroundProbability: 0 })).train(0));
    for (const batch of plain) expect(batch).toEqual(trainAsEvaluated.get(batch.pictureIds[0]));
    const varied = await open({ batchSize: 1, backgroundProbability: 0 });
    const shown = async (epoch: number) =>
      new Map((await all(varied.train(epoch))).map((batch) => [batch.pictureIds[0], batch]));
    const [zero, one] = [await shown(0), await shown(1)];
    for (const [id, batch] of zero) expect(batch.images).not.toEqual(one.get(id)!.images);
    // Clips of 1.5 windows have several windows, so sounds vary too.
    expect([...zero].some(([id, batch]) => !areEqual(batch.spectrograms, one.get(id)!.spectrograms))).toBe(true);
  });

  test('with masking changes spectrograms in training only', async () => {
    const options = { batchSize: 1, augment: 'none', backgroundProbability: 0 } as const;
    const masked = await open({ ...options, spectrogramMasking: { maxTime: 10, maxFrequency: 10 } });
    const plain = new Map((await all(masked.evaluate('train'))).map((batch) => [batch.pictureIds[0], batch]));
    const changed = (await all(masked.train(0))).filter(
      (batch) => !areEqual(batch.spectrograms, plain.get(batch.pictureIds[0])!.spectrograms),
    );
    expect(changed.length).toBeGreaterThan(8);
    expect(await all(masked.evaluate('train'))).toEqual([...plain.values()]);
  });

  test('can be left in the middle of an epoch and entered again', async () => {
    const feed = await open();
    for await (const _ of feed.train(0)) break;
    expect(await all(feed.train(0))).toEqual(await all((await open()).train(0)));
    await feed.close();
  });
});

describe('a clip that cannot be read', () => {
  test('is skipped, counted and listed, also when it goes bad between two epochs', async () => {
    const data = join(folder, 'broken');
    await writeClips(data, { cat: 4, dog: 4 });
    await writeFile(join(data, 'cat/1.wav'), 'no sound at all');
    const clips = await openDataset(data, { purpose: 'evaluate' });
    const cacheFolder = join(folder, 'broken-cache');
    const feed = await open({ dataset: clips, cacheFolder });
    const progress: unknown[] = [];
    await feed.prepare({ onProgress: (now) => progress.push(now) });
    expect(progress.at(-1)).toEqual({ done: 8, total: 8, failed: 1 });
    expect(feed.skipped).toMatchObject([{ id: 'cat/1.png+cat/1.wav', reason: expect.stringContaining('1.wav') }]);
    expect(await feed.count('test')).toBe(7);
    expect((await all(feed.evaluate('test'))).flatMap((batch) => batch.pictureIds)).toHaveLength(7);

    await writeFile(join(data, 'dog/2.png'), 'no picture');
    for (const name of await readdir(cacheFolder, { recursive: true }))
      if (name.endsWith('.features')) await writeFile(join(cacheFolder, name), '');
    expect((await all(feed.evaluate('test'))).flatMap((batch) => batch.pictureIds)).toHaveLength(6);
    expect(feed.skipped[1]).toMatchObject({
      id: 'dog/2.png+dog/2.wav',
      reason: expect.stringContaining('has changed'),
    });
  });

  test('stops the run when it leaves a class with nothing to learn from', async () => {
    const data = join(folder, 'hopeless');
    await writeClips(data, { cat: 4, dog: 4 });
    for (const index of [0, 1, 2, 3]) await writeFile(join(data, `dog/${index}.png`), 'no picture');
    const feed = await open({ dataset: await openDataset(data) });
    await expect(all(feed.train(0))).rejects.toThrow(
      /None of the 2 train clips of the class "dog" can be used; the first, "dog\/.*/,
    );
  });
});

describe('a clip without sound', () => {
  const deaf: OpenBatchesOptions['openReference'] = async (reference) => {
    const media = await openReference(reference);
    return reference.kind === 'pair' && reference.image.endsWith('dog/1.png') ? { ...media, audio: undefined } : media;
  };
  const clips = () => openDataset(join(folder, 'data'), { purpose: 'evaluate' });

  test('is skipped by default', async () => {
    const feed = await open({ dataset: await clips(), openReference: deaf, cacheFolder: join(folder, 'deaf-cache') });
    expect(await feed.count('test')).toBe(17);
    expect(feed.skipped).toMatchObject([{ id: 'dog/1.png+dog/1.wav', reason: expect.stringMatching(/has no sound/) }]);
  });

  test('is used with silence where that is asked for, and listed', async () => {
    const feed = await open({
      dataset: await clips(),
      openReference: deaf,
      cacheFolder: join(folder, 'deaf-cache'),
      missing: 'zero',
      batchSize: 1,
    });
    const batches = await all(feed.evaluate('test'));
    expect(batches).toHaveLength(18);
    expect(feed.substituted).toEqual([{ id: 'dog/1.png+dog/1.wav', missing: 'sound' }]);
    const silent = batches.find((batch) => batch.pictureIds[0]?.startsWith('dog/1.'))!;
    // The front end gives silence one value throughout, but for its padding.
    expect(new Set(silent.spectrograms).size).toBeLessThan(5);
  });
});

test('a feed that is closed while it prepares stops preparing', async () => {
  const feed = await open({ cacheFolder: join(folder, 'closed-cache') });
  const preparing = feed.prepare({ onProgress: ({ done }) => void (done === 2 && feed.close()) });
  await expect(preparing).rejects.toThrow(/was closed/);
});

test('an aborted signal ends preparation and epochs with its reason', async () => {
  const controller = new AbortController();
  const feed = await open({ signal: controller.signal });
  const run = async () => {
    for await (const _ of feed.train(0)) controller.abort(new Error('enough'));
  };
  await expect(run()).rejects.toThrow('enough');
  const other = await open({ cacheFolder: join(folder, 'other-cache') });
  await expect(other.prepare({ signal: AbortSignal.abort(new Error('not now')) })).rejects.toThrow('not now');
});

function areEqual(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, index) => value === b[index]);
}
