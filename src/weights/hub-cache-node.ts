// The Hugging Face cache on this machine, in the layout that Python's libraries share:
// models--OWNER--NAME/{blobs/ETAG, refs/REVISION, snapshots/COMMIT/FILE -> ../../blobs/ETAG}.

import { randomUUID } from 'node:crypto';
import { copyFile, readFile, rename, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { getHFHubCachePath, getRepoFolderName } from '@huggingface/hub';
import { writeError } from '../files/file-error.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import { readShardNames, shardIndexFile, weightsFile } from './backbone-folder-node.ts';

export type HubModel = { readonly name: string; readonly revision: string };

export const commitPattern = /^[0-9a-f]{40}$/;

/** This model's folder in the cache (HF_HUB_CACHE, HF_HOME or ~/.cache/huggingface decide where). */
export function modelCacheFolder({ name }: HubModel): string {
  return join(getHFHubCachePath(), getRepoFolderName({ type: 'model', name }));
}

export function snapshotFolder(model: HubModel, commit: string): string {
  return join(modelCacheFolder(model), 'snapshots', commit);
}

export function blobPath(model: HubModel, etag: string): string {
  return join(modelCacheFolder(model), 'blobs', etag);
}

/** The folder of a snapshot whose weights and `required` files are all there, or undefined. */
export async function cachedSnapshot(model: HubModel, required: readonly string[] = []): Promise<string | undefined> {
  const commit = commitPattern.test(model.revision) ? model.revision : await cachedCommit(model);
  if (commit === undefined) return undefined;
  const folder = snapshotFolder(model, commit);
  for (const file of required) if ((await kindOfPath(join(folder, file))) !== 'file') return undefined;
  if ((await kindOfPath(join(folder, weightsFile))) === 'file') return folder;
  if ((await kindOfPath(join(folder, shardIndexFile))) !== 'file') return undefined;
  const shards = await readShardNames(join(folder, shardIndexFile));
  const kinds = await Promise.all(shards.map((shard) => kindOfPath(join(folder, shard))));
  return kinds.every((kind) => kind === 'file') ? folder : undefined;
}

async function cachedCommit(model: HubModel): Promise<string | undefined> {
  const text = await readFile(refPath(model), 'utf8').catch(() => '');
  return commitPattern.test(text.trim()) ? text.trim() : undefined;
}

/** Remembers which commit a branch or tag stood for. */
export async function writeRef(model: HubModel, commit: string): Promise<void> {
  if (commitPattern.test(model.revision)) return;
  await ensureFolder(dirname(refPath(model)));
  await writeFileAtomic(refPath(model), commit);
}

function refPath(model: HubModel): string {
  return join(modelCacheFolder(model), 'refs', model.revision);
}

/** Makes a blob appear in a snapshot under its file's name: as a link, or as a copy where there are no links. */
export async function linkIntoSnapshot(model: HubModel, commit: string, file: string, etag: string): Promise<void> {
  const link = join(snapshotFolder(model, commit), file);
  await ensureFolder(dirname(link));
  const blob = blobPath(model, etag);
  if ((await kindOfPath(link)) === 'file') return;
  // Renamed into place, so that another process never finds the name gone.
  const temporary = `${link}.${randomUUID()}.tmp`;
  try {
    await symlink(relative(dirname(link), blob), temporary).catch(() => copyFile(blob, temporary));
    await rename(temporary, link);
  } catch (error) {
    throw writeError(link, error);
  }
}
