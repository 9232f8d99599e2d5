import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openReference } from '../media/open-reference-node.ts';
import type { Batch } from './batch.ts';
import { type ClipFeatures, readClip } from './clip-features.ts';
import type { Dataset } from './dataset.ts';
import { smallSettings, writeClips } from './generated-clips.test-data.ts';
import { openBatches } from './open-batches-node.ts';
import { openDataset } from './open-dataset-node.ts';
import { openStoredFeed, type StoredFeedOptions } from './stored-feed.ts';

let folder: string;
let dataset: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-stored-'));
  await writeClips(join(folder, 'data'), { cat: 6, dog: 5 }, 1.5);
  dataset = await openDataset(join(folder, 'data'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const choices = {
  settings: smallSettings,
  batchSize: 3,
  seed: 5,
  backgroundProbability: 0.5,
  augment: 'standard',
  cropScale: [0.4, 1],
} as const;

async function load(id: string): Promise<ClipFeatures> {
  const media = await openReference(dataset.examples.find((example) => example.id === id)!.media);
  try {
    return await readClip(media, smallSettings);
  } finally {
    await media.close();
  }
}

const stored = (options: Partial<StoredFeedOptions> = {}) => openStoredFeed({ dataset, load, ...choices, ...options });

async function all(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

test('stored features make the very batches that files make through the cache', async () => {
  const files = await openBatches({ dataset, cacheFolder: join(folder, 'cache'), workers: 0, ...choices });
  const kept = stored();
  expect(await kept.count('train')).toBe(await files.count('train'));
  expect(await all(kept.train(2))).toEqual(await all(files.train(2)));
  expect(await all(kept.evaluate('val'))).toEqual(await all(files.evaluate('val')));
  expect(await all(kept.mismatched('test', 1))).toEqual(await all(files.mismatched('test', 1)));
  await files.close();
});

test('a clip whose features are gone is left out and listed', async () => {
  const gone = dataset.examples.find(({ split }) => split === 'train')!.id;
  const feed = stored({ load: (id) => (id === gone ? Promise.reject(new Error('gone')) : load(id)) });
  const batches = await all(feed.evaluate('train'));
  expect(batches.flatMap(({ pictureIds }) => pictureIds)).not.toContain(gone);
  expect(feed.skipped.map(({ id }) => id)).toEqual([gone]);
});
