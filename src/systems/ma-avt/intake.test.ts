import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labelOf } from '../../data/annotation.ts';
import type { Batch } from '../../data/batch.ts';
import { type Dataset, examplesOf } from '../../data/dataset.ts';
import { fakeMedia } from '../../data/fake-media.test-data.ts';
import { smallSettings, writeClips } from '../../data/generated-clips.test-data.ts';
import { type Pass, plainPass } from '../../data/intake.ts';
import { middleWindow, normalised, windowInputs } from '../../data/model-inputs.ts';
import { openDataset } from '../../data/open-dataset-node.ts';
import { openFeed } from '../../data/open-feed-node.ts';
import type { InputSettings } from '../../data/settings.ts';
import { candidateWindows, middleOf } from '../../data/windows.ts';
import { openReference } from '../../media/open-reference-node.ts';
import type { MaAvtTarget } from './epoch-plan.ts';
import { type MaAvtIntakeOptions, maAvtIntake } from './intake.ts';

let folder: string;
let dataset: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-pairs-'));
  await writeClips(join(folder, 'data'), { cat: 7, dog: 6, owl: 5 }, 1.5);
  dataset = await openDataset(join(folder, 'data'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Options = Partial<MaAvtIntakeOptions> & { readonly batchSize?: number };

const open = ({ batchSize = 4, ...options }: Options = {}) =>
  openFeed({
    dataset,
    intake: maAvtIntake({
      settings: smallSettings,
      classes: dataset.classes,
      backgroundProbability: 0.2,
      augment: 'standard',
      cropScale: [0.08, 1],
      ...options,
    }),
    batchSize,
    cacheFolder: join(folder, 'cache'),
  });

const evaluation = plainPass('evaluate');
const training = (epoch: number, seed = 5): Pass => ({ name: 'train', seed, epoch });
const mismatched: Pass = { name: 'mismatched', seed: 1, epoch: 0 };

async function all(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}
const classNameOf = (id: string) => id.split('/')[0];
const pictureIds = ({ rows }: Batch) => rows.map(({ clips }) => clips[0]!);
const soundIds = ({ rows }: Batch) => rows.map(({ clips }) => clips[1]!);
const labels = ({ rows }: Batch) => rows.map(({ target }) => (target as MaAvtTarget).label);
const images = ({ arrays }: Batch) => arrays.images as Float32Array;
const spectrograms = ({ arrays }: Batch) => arrays.spectrograms as Float32Array;

describe('evaluation', () => {
  test('gives every clip of the split once, in order, exactly as prediction sees it', async () => {
    const feed = await open();
    const batches = await all(feed.batches('val', evaluation));
    const examples = examplesOf(dataset, 'val');
    expect(batches.flatMap(pictureIds)).toEqual(examples.map((example) => example.id));
    expect(batches.flatMap(labels)).toEqual(examples.map((example) => dataset.classes.indexOf(labelOf(example))));
    const media = await openReference(examples[1]!.media);
    const direct = await middleWindow(media, smallSettings);
    await media.close();
    expect(images(batches[0]!).subarray(3 * 32 * 32, 2 * 3 * 32 * 32)).toEqual(direct.image);
    expect(spectrograms(batches[0]!).subarray(24 * 40, 2 * 24 * 40)).toEqual(direct.spectrogram);
  });

  test('of mismatched pairs gives every picture with the sound of another class', async () => {
    const feed = await open({ batchSize: 2 });
    const batches = await all(feed.batches('test', mismatched));
    expect(batches.flatMap(pictureIds)).toEqual(examplesOf(dataset, 'test').map((example) => example.id));
    const matched = await all(feed.batches('test', evaluation));
    for (const [index, batch] of batches.entries()) {
      expect(images(batch)).toEqual(images(matched[index]!));
      soundIds(batch).forEach((id, place) => {
        expect(classNameOf(id)).not.toBe(classNameOf(pictureIds(batch)[place]!));
      });
      expect([...labels(batch)].every((label) => label === -1)).toBe(true);
    }
    expect(await all(feed.batches('test', mismatched))).toEqual(batches);
  });

  test('of a background pair hears the other clip’s own sound', async () => {
    const feed = await open({ batchSize: 1 });
    const [pair] = await all(feed.batches('test', mismatched));
    const own = (await all(feed.batches('test', evaluation))).find(
      (batch) => soundIds(batch)[0] === soundIds(pair!)[0],
    );
    expect(spectrograms(pair!)).toEqual(spectrograms(own!));
  });

  test('with a model’s own order of classes labels by that, and names a class it does not know', async () => {
    const feed = await open({ classes: ['owl', 'ant', 'dog', 'cat'] });
    const [batch] = await all(feed.batches('val', evaluation));
    expect([...labels(batch!)]).toEqual(
      pictureIds(batch!).map((id) => ['owl', 'ant', 'dog', 'cat'].indexOf(classNameOf(id)!)),
    );
    await expect(open({ classes: ['owl', 'dog'] })).rejects.toThrow(/"cat".*not one the model knows/);
  });
});

describe('training', () => {
  test('epochs hold every clip once in batches of the size asked for, differ, and come again for the same seed', async () => {
    const feed = await open({ backgroundProbability: 0.5 });
    const [first, second] = [
      await all(feed.batches('train', training(0))),
      await all(feed.batches('train', training(1))),
    ];
    const train = examplesOf(dataset, 'train');
    expect(first.map((batch) => batch.count)).toEqual([4, 4, train.length - 8]);
    expect(first.flatMap(pictureIds).sort()).toEqual(train.map((example) => example.id));
    expect(first.flatMap(pictureIds)).not.toEqual(second.flatMap(pictureIds));
    const again = await open({ backgroundProbability: 0.5 });
    expect(await all(again.batches('train', training(1)))).toEqual(second);
    expect(await all(again.batches('train', training(1, 6)))).not.toEqual(second);
  });

  test('without augmentation shows clips as evaluation does; with it, pictures vary from epoch to epoch', async () => {
    const trainAsEvaluated = new Map(
      (await all((await open({ batchSize: 1 })).batches('train', evaluation))).map((batch) => [
        pictureIds(batch)[0],
        batch,
      ]),
    );
    const plain = await all(
      (await open({ batchSize: 1, augment: 'none', backgroundProbability: 0 })).batches('train', training(0)),
    );
    for (const batch of plain) expect(batch).toEqual(trainAsEvaluated.get(pictureIds(batch)[0]));
    const varied = await open({ batchSize: 1, backgroundProbability: 0 });
    const shown = async (epoch: number) =>
      new Map((await all(varied.batches('train', training(epoch)))).map((batch) => [pictureIds(batch)[0], batch]));
    const [zero, one] = [await shown(0), await shown(1)];
    for (const [id, batch] of zero) expect(images(batch)).not.toEqual(images(one.get(id)!));
    // Clips of 1.5 windows have several windows, so sounds vary too.
    expect([...zero].some(([id, batch]) => !areEqual(spectrograms(batch), spectrograms(one.get(id)!)))).toBe(true);
  });

  test('with masking changes spectrograms in training only', async () => {
    const options = { batchSize: 1, augment: 'none', backgroundProbability: 0 } as const;
    const masked = await open({ ...options, masking: { maxTime: 10, maxFrequency: 10 } });
    const plain = new Map(
      (await all(masked.batches('train', evaluation))).map((batch) => [pictureIds(batch)[0], batch]),
    );
    const changed = (await all(masked.batches('train', training(0)))).filter(
      (batch) => !areEqual(spectrograms(batch), spectrograms(plain.get(pictureIds(batch)[0])!)),
    );
    expect(changed.length).toBeGreaterThan(8);
    expect(await all(masked.batches('train', evaluation))).toEqual([...plain.values()]);
  });

  test('can be left in the middle of an epoch and entered again', async () => {
    const feed = await open();
    for await (const _ of feed.batches('train', training(0))) break;
    expect(await all(feed.batches('train', training(0)))).toEqual(
      await all((await open()).batches('train', training(0))),
    );
    await feed.close();
  });
});

const intake = (settings: InputSettings) =>
  maAvtIntake({
    settings,
    classes: ['cat', 'dog'],
    backgroundProbability: 0,
    augment: 'none',
    cropScale: [1, 1],
  });
const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

test('what the cache keeps for evaluation is what prediction computes for the same window', async () => {
  const media = fakeMedia(44_100, 5);
  const cached = await intake(smallSettings).read(media);
  const windows = candidateWindows({ start: 0, end: 5 }, 1);
  expect(Object.keys(cached.arrays).filter((name) => name.startsWith('spectrogram'))).toHaveLength(7);
  for (const [index, window] of windows.entries()) {
    const predicted = await windowInputs(media, window.start, smallSettings);
    expect(
      largestDifference(predicted.spectrogram, cached.arrays[`spectrogram.${index}`]!.data as Float32Array),
    ).toBeLessThan(1e-3);
    expect(cached.arrays[`training.${index}`]!.data[0]).toBe(predicted.frame!.data[0]);
  }
  const middle = await middleWindow(media, smallSettings);
  const { data } = cached.arrays.evaluation!;
  expect(normalised({ width: 32, height: 32, data: data as Uint8Array }, smallSettings)).toEqual(middle.image);
  expect(middle.window).toEqual(windows[middleOf(windows)]);
});

test('a stored training picture keeps its shape, is never enlarged, and is no larger than crops need', async () => {
  const picture = async (settings: typeof smallSettings) =>
    (await intake(settings).read(fakeMedia(16_000, 1))).arrays['training.0']!.shape;
  expect(await picture({ ...smallSettings, imageSize: 224 })).toEqual([60, 80, 3]);
  expect(await picture({ ...smallSettings, imageSize: 28 })).toEqual([32, 43, 3]);
});

function areEqual(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, index) => value === b[index]);
}
