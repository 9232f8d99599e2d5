// The data sets beside the project, where they are there: see the README in their folder.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dataset, groupBy } from '../../data/dataset.ts';
import { plainPass } from '../../data/intake.ts';
import { middleWindow } from '../../data/model-inputs.ts';
import { openDataset } from '../../data/open-dataset-node.ts';
import { openFeed } from '../../data/open-feed-node.ts';
import type { InputSettings } from '../../data/settings.ts';
import { openReference } from '../../media/open-reference-node.ts';
import { maAvtIntake } from './intake.ts';

const shared = join(import.meta.dirname, '../../../../shared/data');
const settings: InputSettings = {
  imageSize: 224,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  frontEnd: 'vggsound',
  resizeFilter: 'bicubic',
};

const intakeOf = ({ classes }: Dataset) =>
  maAvtIntake({ settings, classes, backgroundProbability: 0, augment: 'none', cropScale: [1, 1] });

describe.skipIf(!existsSync(shared))('the shared data', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'duet-shared-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('stills with sound have ten classes in given splits, and a batch of them is what prediction sees', async () => {
    const dataset = await openDataset(join(shared, 'stills-with-sound'));
    expect(dataset.classes).toHaveLength(10);
    expect(dataset.splitOrigin).toBe('given');
    expect(
      [...groupBy(dataset.examples, (example) => example.split)].map(([split, group]) => [split, group.length]),
    ).toEqual([
      ['test', 93],
      ['train', 223],
      ['val', 56],
    ]);
    const few: Dataset = {
      ...dataset,
      examples: dataset.examples.filter((example) => example.split === 'test').filter((_, i) => i % 31 === 0),
    };
    const feed = await openFeed({
      dataset: few,
      intake: intakeOf(few),
      batchSize: 8,
      cacheFolder: join(folder, 'cache'),
    });
    for await (const batch of feed.batches('test', plainPass('evaluate'))) {
      expect(batch.count).toBe(3);
      const media = await openReference(few.examples[2]!.media);
      const direct = await middleWindow(media, settings);
      await media.close();
      expect(batch.arrays.images!.subarray(2 * 3 * 224 * 224)).toEqual(direct.image);
      expect(batch.arrays.spectrograms!.subarray(2 * 224 * 224)).toEqual(direct.spectrogram);
    }
  });

  test('parts of one real video are clips of their own, and a part past its end is skipped with the reason', async () => {
    const video = join(shared, 'clips/dog/vas-1.mp4');
    const manifest = join(folder, 'parts.csv');
    await writeFile(manifest, `path,start,end,label\n${video},0,2,a\n${video},2,4,b\n${video},900,902,b\n`);
    const parts = await openDataset(manifest, { purpose: 'evaluate' });
    const feed = await openFeed({
      dataset: parts,
      intake: intakeOf(parts),
      batchSize: 4,
      cacheFolder: join(folder, 'cache'),
    });
    for await (const batch of feed.batches('test', plainPass('evaluate'))) {
      expect(batch.count).toBe(2);
      const [first, second] = [
        batch.arrays.spectrograms!.subarray(0, 224 * 224),
        batch.arrays.spectrograms!.subarray(224 * 224),
      ];
      expect(first).not.toEqual(second);
    }
    expect(feed.skipped).toMatchObject([
      { id: expect.stringContaining('#900-902'), reason: expect.stringContaining('900') },
    ]);
  });
});
