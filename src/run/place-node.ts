// A run's folder as its place.
import { join } from 'node:path';
import { kindOfPath, readFileClearly } from '../files/read-clearly-node.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import type { Place } from './place.ts';

export function folderPlace(folder: string): Place {
  return {
    name: folder,
    async read(file) {
      const path = join(folder, file);
      return (await kindOfPath(path)) === undefined ? undefined : readFileClearly(path);
    },
    async write(file, bytes) {
      await ensureFolder(folder);
      await writeFileAtomic(join(folder, file), bytes);
    },
  };
}
