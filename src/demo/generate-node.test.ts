import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDemoAnnotations } from './annotations-node.ts';
import { demoClasses } from './classes.ts';
import { generateDemoData } from './generate-node.ts';
import { makeClip } from './make-clip.ts';

describe('generateDemoData', () => {
  const clipsPerClass = { train: 1, val: 0, test: 0 };
  let root: string;
  let folder: string;
  const seen: number[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'duet-demo-'));
    folder = join(root, 'data');
    await generateDemoData({
      folder,
      seed: 3,
      clipsPerClass,
      onProgress: ({ done, total }) => seen.push(done / total),
    });
  });
  afterAll(() => rm(root, { recursive: true }));

  it('lays clips out by split and class and writes down what is known of them', async () => {
    const annotations = await readDemoAnnotations(folder);
    expect(annotations.clips.map(({ path }) => path)).toEqual(demoClasses.map(({ name }) => `train/${name}/000.webm`));
    expect(await readdir(join(folder, 'train'))).toEqual(demoClasses.map(({ name }) => name).toSorted());
    expect((await readdir(folder)).toSorted()).toEqual(['annotations.json', 'train']);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toHaveLength(demoClasses.length);
  });

  it('gives other clips for another seed', async () => {
    for (const { name: className } of demoClasses.slice(0, 3)) {
      const { annotation, bytes } = await makeClip({ seed: 4, split: 'train', className, index: 0 });
      expect(Buffer.compare(await readFile(join(folder, annotation.path)), bytes)).not.toBe(0);
    }
  });

  it('leaves data that is already there as it is, and other content alone', async () => {
    expect((await generateDemoData({ folder, seed: 3, clipsPerClass })).reused).toBe(true);
    await expect(generateDemoData({ folder, seed: 4, clipsPerClass })).rejects.toThrow(
      /holds something else .* remove it or choose another/,
    );
    await mkdir(join(root, 'mine'));
    await writeFile(join(root, 'mine', 'notes.txt'), 'mine');
    await expect(generateDemoData({ folder: join(root, 'mine'), seed: 3, clipsPerClass })).rejects.toThrow(
      /holds something else/,
    );
  });

  it('stops when asked to and leaves nothing behind', async () => {
    const control = new AbortController();
    const stopped = join(root, 'stopped');
    const onProgress = () => control.abort(new Error('enough'));
    await expect(
      generateDemoData({ folder: stopped, seed: 3, clipsPerClass, onProgress, signal: control.signal }),
    ).rejects.toThrow('enough');
    expect((await readdir(root)).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });

  it('waits for another process and takes what it made, clears away what a killed one left, and gives the same files', async () => {
    const shared = join(root, 'shared');
    await mkdir(join(`${shared}.unfinished`, 'train'), { recursive: true });
    const both = await Promise.all([1, 2].map(() => generateDemoData({ folder: shared, seed: 3, clipsPerClass })));
    expect(both.map(({ reused }) => reused).toSorted()).toEqual([false, true]);
    expect((await readdir(root)).filter((name) => name.startsWith('shared'))).toEqual(['shared']);
    for (const file of ['annotations.json', ...demoClasses.map(({ name }) => `train/${name}/000.webm`)])
      expect(Buffer.compare(await readFile(join(folder, file)), await readFile(join(shared, file)))).toBe(0);
  });

  it('says what is wrong with damaged annotations', async () => {
    const damaged = join(root, 'damaged');
    await mkdir(damaged);
    await writeFile(join(damaged, 'annotations.json'), '{"version": 1, "seed": "three"}');
    await expect(readDemoAnnotations(damaged)).rejects.toThrow(/annotations\.json is not as expected: 'seed'/);
    await expect(readDemoAnnotations(join(root, 'nowhere'))).rejects.toThrow(/no such file/);
  });
});
