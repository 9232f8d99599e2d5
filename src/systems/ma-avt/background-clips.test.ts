import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { labelOf } from '../../data/annotation.ts';
import { smallSettings, writeClip } from '../../data/generated-clips.test-data.ts';
import { plainPass } from '../../data/intake.ts';
import { aveVideos, writeAve } from '../../data/layouts/field-layouts.test-data.ts';
import { openDataset } from '../../data/open-dataset-node.ts';
import { openFeed } from '../../data/open-feed-node.ts';
import type { MaAvtTarget } from './epoch-plan.ts';
import { maAvtIntake } from './intake.ts';

test('seconds without the event are background with their own sound, in training and in evaluation', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duet-background-'));
  try {
    await writeAve(folder);
    await rm(join(folder, 'AVE'), { recursive: true });
    for (const { id } of aveVideos) {
      await writeClip(join(folder, 'made', id), 10);
      const frames = join(folder, 'AVE_Dataset/video_frames', id);
      await mkdir(frames, { recursive: true });
      for (let frame = 1; frame <= 10; frame++)
        await cp(join(folder, 'made', `${id}.png`), join(frames, `${String(frame).padStart(6, '0')}.png`));
      await cp(join(folder, 'made', `${id}.wav`), join(folder, 'AVE_Dataset/raw_audio', `${id}.wav`));
    }
    await rm(join(folder, 'made'), { recursive: true });
    const dataset = await openDataset(folder, { layout: 'ave-segments' });
    const { classes, background } = dataset;
    const intake = maAvtIntake({
      ...{ settings: smallSettings, classes, background, backgroundProbability: 0 },
      ...{ augment: 'standard', cropScale: [0.08, 1] },
    });
    const feed = await openFeed({ dataset, intake, batchSize: 40, workers: 0, cacheFolder: join(folder, '.cache') });
    try {
      const labels = new Map(
        dataset.examples.map((example) => [example.id, dataset.classes.indexOf(labelOf(example))]),
      );
      for (const batches of [feed.batches('train', plainPass('train')), feed.batches('train', plainPass('evaluate'))]) {
        for await (const batch of batches) {
          expect(batch.count).toBe(40);
          const given = batch.rows.map(({ target }) => (target as MaAvtTarget).label);
          for (const { clips } of batch.rows) expect(clips[1]).toBe(clips[0]);
          expect(given).toEqual(batch.rows.map(({ clips }) => labels.get(clips[0]!)));
          expect(given.filter((label) => label === -1)).toHaveLength(0 + 1 + 4 + 5);
        }
      }
      expect(feed.skipped).toEqual([]);
    } finally {
      await feed.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
