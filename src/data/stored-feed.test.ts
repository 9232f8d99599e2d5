import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openReference } from '../media/open-reference-node.ts';
import type { Batch } from './batch.ts';
import { colourIntake } from './colour-intake.test-data.ts';
import type { Dataset } from './dataset.ts';
import { writeClips } from './generated-clips.test-data.ts';
import { type Pass, plainPass, type Reading } from './intake.ts';
import { openDataset } from './open-dataset-node.ts';
import { openFeed } from './open-feed-node.ts';
import { openStoredFeed, type StoredFeedOptions } from './stored-feed.ts';

let folder: string;
let dataset: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-stored-'));
  await writeClips(join(folder, 'data'), { cat: 6, dog: 5 }, 1.5);
  dataset = await openDataset(join(folder, 'data'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const intake = colourIntake();
const evaluation = plainPass('evaluate');
const training: Pass = { name: 'train', seed: 5, epoch: 2 };

async function load(id: string): Promise<Reading> {
  const media = await openReference(dataset.examples.find((example) => example.id === id)!.media);
  try {
    return await intake.read(media);
  } finally {
    await media.close();
  }
}

const stored = (options: Partial<StoredFeedOptions> = {}) =>
  openStoredFeed({ examples: dataset.examples, intake, batchSize: 3, load, ...options });

async function all(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

test('stored readings make the very batches that files make through the cache', async () => {
  const files = await openFeed({ dataset, intake, batchSize: 3, cacheFolder: join(folder, 'cache'), workers: 0 });
  const kept = stored();
  expect(await kept.count('train')).toBe(await files.count('train'));
  expect(await all(kept.batches('train', training))).toEqual(await all(files.batches('train', training)));
  expect(await all(kept.batches('val', evaluation))).toEqual(await all(files.batches('val', evaluation)));
  await files.close();
});

test('a clip whose reading is gone is left out and listed', async () => {
  const gone = dataset.examples.find(({ split }) => split === 'train')!.id;
  const feed = stored({ load: (id) => (id === gone ? Promise.reject(new Error('gone')) : load(id)) });
  const batches = await all(feed.batches('train', evaluation));
  expect(batches.flatMap(({ rows }) => rows.flatMap(({ clips }) => clips))).not.toContain(gone);
  expect(feed.skipped.map(({ id }) => id)).toEqual([gone]);
});
