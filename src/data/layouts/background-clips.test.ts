import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { smallSettings, writeClip } from '../generated-clips.test-data.ts';
import { openBatches } from '../open-batches-node.ts';
import { openDataset } from '../open-dataset-node.ts';
import { aveVideos, writeAve } from './field-layouts.test-data.ts';

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
    const options = {
      dataset,
      settings: smallSettings,
      batchSize: 40,
      workers: 0,
      cacheFolder: join(folder, '.cache'),
    };
    const feed = await openBatches({ ...options, backgroundProbability: 0 });
    try {
      const labels = new Map(dataset.examples.map(({ id, label }) => [id, dataset.classes.indexOf(label)]));
      for (const batches of [feed.train(0), feed.evaluate('train')]) {
        for await (const batch of batches) {
          expect(batch.count).toBe(40);
          expect(batch.soundIds).toEqual(batch.pictureIds);
          expect([...batch.labels]).toEqual(batch.pictureIds.map((id) => labels.get(id)));
          expect([...batch.labels].filter((label) => label === -1)).toHaveLength(0 + 1 + 4 + 5);
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
