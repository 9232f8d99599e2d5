// A manifest in shards of consecutive rows. A shard is one file of results, whose name says which model, settings and
// rows it is of, so that whoever makes it makes the same file, and what is missing is what has no file.
import { createHash } from 'node:crypto';
import type { ManifestClip } from '../data/manifest-node.ts';
import { referencePaths } from '../media/media.ts';

export type Shard = {
  /** Counted from 0 along the manifest. */
  readonly index: number;
  /** Of its file. */
  readonly name: string;
  readonly rows: readonly ManifestClip[];
};

/** @param key of the model and settings. @param size rows of a shard; the last one has what is left. */
export async function* shardsOf(
  clips: AsyncIterable<ManifestClip>,
  key: string,
  size: number,
): AsyncGenerator<Shard, void, undefined> {
  let rows: ManifestClip[] = [];
  let index = 0;
  for await (const clip of clips) {
    rows.push(clip);
    if (rows.length < size) continue;
    yield shardOf(index++, rows, key);
    rows = [];
  }
  if (rows.length > 0) yield shardOf(index, rows, key);
}

function shardOf(index: number, rows: readonly ManifestClip[], key: string): Shard {
  return { index, name: shardName(index, rows, key), rows };
}

/** A row counts by what the manifest calls it, as another machine may have the files elsewhere. */
export function shardName(index: number, rows: readonly Pick<ManifestClip, 'row' | 'id'>[], key: string): string {
  const said = JSON.stringify([key, rows.map(({ row, id }) => [row, id])]);
  return `${String(index).padStart(7, '0')}-${hashOf(said).slice(0, 16)}.jsonl`;
}

export function isShardName(name: string): boolean {
  return /^\d{7,}-[0-9a-f]{16}\.jsonl$/.test(name);
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A message that names files of this machine, with the manifest's own name for the clip. */
export function portableMessage(message: string, { id, media }: Pick<ManifestClip, 'id' | 'media'>): string {
  return referencePaths(media).reduce((text, path) => text.replaceAll(path, id), message);
}
