// All videos in a folder, for data sets that name them by their paths.
import { join } from 'node:path';
import { listFolder } from '../folder-layout-node.ts';
import { mediaKindOf } from '../media-kinds-node.ts';

/** Links may lead in circles. */
const deepest = 8;

/** Paths of the videos below `root`, relative to it and with forward slashes, in a fixed order. */
export async function findVideos(root: string): Promise<string[]> {
  const paths: string[] = [];
  async function visit(folder: string, depth: number): Promise<void> {
    const { files, folders } = await listFolder(join(root, folder));
    const inside = (name: string) => (folder === '' ? name : `${folder}/${name}`);
    paths.push(...files.filter((file) => mediaKindOf(file) === 'video').map(inside));
    if (depth < deepest) for (const sub of folders) await visit(inside(sub), depth + 1);
  }
  await visit('', 0);
  return paths;
}
