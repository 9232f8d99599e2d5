// Videos to measure on: generated ones, kept between benches.
import { join } from 'node:path';
import { generateDemoData } from '../src/demo/generate-node.ts';

export const demoSeed = 1;

/** 16 training clips of each of ten classes, 2 for validation; @returns the folder. */
export async function demoFolder(cache: string, clipsPerClass = 16): Promise<string> {
  const folder = join(cache, `demo-${clipsPerClass}`);
  await generateDemoData({ folder, seed: demoSeed, clipsPerClass: { train: clipsPerClass, val: 2, test: 1 } });
  return folder;
}

/** One test clip of each class. */
export async function demoClips(cache: string): Promise<string[]> {
  const folder = join(cache, 'demo-clips');
  const { annotations } = await generateDemoData({
    folder,
    seed: demoSeed,
    clipsPerClass: { train: 1, val: 1, test: 1 },
  });
  return annotations.clips.filter(({ path }) => path.startsWith('test')).map(({ path }) => join(folder, path));
}
