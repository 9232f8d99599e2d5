// The videos that paths stand for.
import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { listFolder } from '../data/folder-layout-node.ts';
import { mediaKindOf } from '../data/media-kinds-node.ts';
import { DuetError } from '../errors.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import type { FoundFile } from '../search/plan-update.ts';

/**
 * Files by their full paths, in a fixed order: those that are named, and all videos below the folders that are named.
 * Links are followed, each folder once.
 * @throws DuetError for a path with nothing at it, and where there is no video at all.
 */
export async function findVideos(paths: readonly string[]): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>();
  const seen = new Set<string>();
  for (const path of paths) {
    const kind = await kindOfPath(path);
    if (kind === undefined) throw new DuetError(`There is nothing at ${path}; check the path.`);
    if (kind === 'folder') await addBelow(resolve(path), found, seen);
    else await addFile(resolve(path), found);
  }
  if (found.size === 0)
    throw new DuetError(`There are no videos in ${paths.join(', ')}; name videos, or folders that hold some.`);
  return [...found.values()];
}

async function addBelow(folder: string, found: Map<string, FoundFile>, seen: Set<string>): Promise<void> {
  const real = await realpath(folder);
  if (seen.has(real)) return;
  seen.add(real);
  const { files, folders } = await listFolder(folder);
  for (const file of files) if (mediaKindOf(file) === 'video') await addFile(join(folder, file), found);
  for (const name of folders) await addBelow(join(folder, name), found, seen);
}

async function addFile(path: string, found: Map<string, FoundFile>): Promise<void> {
  const file = await foundFile(path);
  if (file) found.set(path, file);
}

/** Undefined where there is no file any more. */
export async function foundFile(path: string): Promise<FoundFile | undefined> {
  const state = await stat(path).catch(() => undefined);
  return state?.isFile() ? { path, size: state.size, modified: state.mtimeMs } : undefined;
}
