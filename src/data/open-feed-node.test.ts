import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openReference } from '../media/open-reference-node.ts';
import type { Batch } from './batch.ts';
import { colourIntake } from './colour-intake.test-data.ts';
import { type Dataset, examplesOf, type Split } from './dataset.ts';
import { writeClips } from './generated-clips.test-data.ts';
import { type Pass, plainPass } from './intake.ts';
import { openDataset } from './open-dataset-node.ts';
import { type Feed, type OpenedFeed, type OpenFeedOptions, openFeed } from './open-feed-node.ts';

let folder: string;
let dataset: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-feed-'));
  await writeClips(join(folder, 'data'), { cat: 7, dog: 6, owl: 5 }, 1.5);
  dataset = await openDataset(join(folder, 'data'));
});
// A feed that was closed while it prepared may still be writing.
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

const open = (options: Partial<OpenFeedOptions> = {}): Promise<OpenedFeed> =>
  openFeed({ dataset, intake: colourIntake(), batchSize: 4, cacheFolder: join(folder, 'cache'), ...options });

const evaluation = plainPass('evaluate');
const training = (epoch: number): Pass => ({ name: 'train', seed: 5, epoch });

async function all(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}
const ids = ({ rows }: Batch) => rows.map(({ clips }) => clips[0]!);

test('a batch holds the rows of the intake side by side, in the order that it plans', async () => {
  const [whole] = await all((await open({ batchSize: 100 })).batches('train', training(3)));
  const parts = await all((await open({ batchSize: 5 })).batches('train', training(3)));
  expect(parts.flatMap(ids)).toEqual(ids(whole!));
  expect(parts.flatMap(({ arrays }) => [...(arrays.samples as Float32Array)])).toEqual([...whole!.arrays.samples!]);
  expect(whole!.arrays.samples).toHaveLength(64 * whole!.count);
  expect(whole!.arrays.colour).toHaveLength(whole!.count);
});

test('an epoch can be left in the middle and entered again', async () => {
  const feed = await open();
  for await (const _ of feed.batches('train', training(0))) break;
  expect(await all(feed.batches('train', training(0)))).toEqual(
    await all((await open()).batches('train', training(0))),
  );
  await feed.close();
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
    expect((await all(feed.batches('test', evaluation))).flatMap(ids)).toHaveLength(7);

    await writeFile(join(data, 'dog/2.png'), 'no picture');
    for (const name of await readdir(cacheFolder, { recursive: true }))
      if (name.endsWith('.reading')) await writeFile(join(cacheFolder, name), '');
    expect((await all(feed.batches('test', evaluation))).flatMap(ids)).toHaveLength(6);
    expect(feed.skipped[1]).toMatchObject({
      id: 'dog/2.png+dog/2.wav',
      reason: expect.stringContaining('has changed'),
    });
  });

  test('after it was used stops a feed that may not lose clips, in one sentence', async () => {
    const data = join(folder, 'stopping');
    await writeClips(data, { cat: 4, dog: 4 });
    const clips = await openDataset(data, { purpose: 'evaluate' });
    const cacheFolder = join(folder, 'stopping-cache');
    const feed = await open({ dataset: clips, cacheFolder, whenLost: 'stop' });
    await all(feed.batches('test', evaluation));
    await rm(cacheFolder, { recursive: true });
    await writeFile(join(data, 'dog/2.png'), 'no picture');
    await expect(all(feed.batches('test', evaluation))).rejects.toThrow(
      /^Stopped, as the clip "dog\/2.png\+dog\/2.wav" can no longer be read \(.* has changed .*\); put it back .*--resume\.$/,
    );
    expect(feed.skipped).toEqual([]);
  });

  test('stops the run when it leaves a class with nothing to learn from', async () => {
    const data = join(folder, 'hopeless');
    await writeClips(data, { cat: 4, dog: 4 });
    for (const index of [0, 1, 2, 3]) await writeFile(join(data, `dog/${index}.png`), 'no picture');
    const feed = await open({ dataset: await openDataset(data) });
    await expect(all(feed.batches('train', training(0)))).rejects.toThrow(
      /None of the 2 train clips of the class "dog" can be used; the first, "dog\/.*/,
    );
  });
});

describe('a clip without sound', () => {
  const deaf: OpenFeedOptions['openReference'] = async (reference) => {
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
    const batches = await all(feed.batches('test', evaluation));
    expect(batches).toHaveLength(18);
    expect(feed.substituted).toEqual([{ id: 'dog/1.png+dog/1.wav', missing: 'sound' }]);
    const silent = batches.find((batch) => ids(batch)[0]?.startsWith('dog/1.'))!;
    expect(silent.arrays.samples).toEqual(new Float32Array(64));
  });
});

test('a cache that is deleted, whole or in part, between and within epochs is filled again with the same', async () => {
  const cacheFolder = join(folder, 'deleted-cache');
  const epoch = (feed: Feed, number: number) => all(feed.batches('train', training(number)));
  const expected = [...(await epoch(await open(), 0)), ...(await epoch(await open(), 1))];
  const feed = await open({ cacheFolder, whenLost: 'stop', prefetch: 1 });
  // The feed writes meanwhile.
  const whole = { recursive: true, force: true, maxRetries: 10 };
  const found: Batch[] = [];
  for await (const batch of feed.batches('train', training(0))) {
    found.push(batch);
    await rm(join(cacheFolder, found.length % 2 === 0 ? '' : 'unfinished'), whole);
    const names = await readdir(cacheFolder, { recursive: true }).catch(() => []);
    for (const name of names.filter((one) => one.endsWith('.reading')).filter((_, index) => index % 2 === 0))
      await rm(join(cacheFolder, name), { force: true });
  }
  await rm(cacheFolder, whole);
  found.push(...(await epoch(feed, 1)));
  expect(found).toEqual(expected);
  expect(feed.skipped).toEqual([]);
});

test('the clips of a feed have the same fingerprint wherever they lie, and another when one is gone or changed', async () => {
  const [data, copy, cacheFolder] = [join(folder, 'data'), join(folder, 'copy'), join(folder, 'copy-cache')];
  const fingerprint = async (of: string) =>
    (await open({ dataset: await openDataset(of), cacheFolder })).fingerprint(['train', 'val']);
  await cp(data, copy, { recursive: true });
  const { count, digest } = await fingerprint(data);
  expect(await fingerprint(copy)).toEqual({ count, digest });
  const pictureOf = (split: Split) => examplesOf(dataset, split)[0]!.id.split('+')[0]!;
  await cp(join(data, pictureOf('test')), join(copy, pictureOf('train')));
  const changed = await fingerprint(copy);
  expect(changed.count).toBe(count);
  expect(changed.digest).not.toBe(digest);
  await writeFile(join(copy, pictureOf('train')), 'no picture');
  expect(await fingerprint(copy)).toMatchObject({ count: count - 1 });
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
    for await (const _ of feed.batches('train', training(0))) controller.abort(new Error('enough'));
  };
  await expect(run()).rejects.toThrow('enough');
  const other = await open({ cacheFolder: join(folder, 'other-cache') });
  await expect(other.prepare({ signal: AbortSignal.abort(new Error('not now')) })).rejects.toThrow('not now');
});
