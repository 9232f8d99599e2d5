import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeSplitFile } from '../data/split-file-node.ts';
import { writeSafetensors } from '../files/safetensors.ts';
import { recipes } from '../systems/ma-avt/recipes.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { train } from './train-node.ts';

test('a run whose checkpoint an older Duet wrote is refused and stays as it is, so that the older one can go on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duet-older-'));
  try {
    const [data, out] = [join(folder, 'clips'), join(folder, 'run')];
    for (const label of ['cat', 'dog']) {
      await mkdir(join(data, label), { recursive: true });
      for (const clip of [1, 2, 3]) await writeFile(join(data, label, `${clip}.mp4`), '');
    }
    const named = (clip: number) => [`cat/${clip}.mp4`, `dog/${clip}.mp4`];
    const splits = { train: named(1), val: named(2), test: named(3) };
    const { source, hash, config } = await openBackbone('vit-micro');
    const training = recipes.probe;
    await mkdir(out);
    await writeSplitFile(join(out, 'splits.json'), { version: 1, seed: 0, splits });
    const written = JSON.stringify({
      ...{ version: 1, data, classes: ['cat', 'dog'], training },
      backbone: { source, hash, imageSize: config.inputSize },
    });
    await writeFile(join(out, 'config.json'), written);
    const progress = { epoch: 1, stepsInEpoch: 0, sums: {}, steps: 1, best: null, history: [], finished: false };
    const checkpoint = writeSafetensors(new Map(), { progress: JSON.stringify(progress) });
    await writeFile(join(out, 'checkpoint.safetensors'), checkpoint);
    await expect(train({ out, training, resume: true })).rejects.toThrow(/was written by another version of Duet/);
    expect(await readFile(join(out, 'config.json'), 'utf8')).toBe(written);
  } finally {
    await rm(folder, { recursive: true });
  }
});
