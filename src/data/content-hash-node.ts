// What a file holds, as a hash: computed over all its bytes once and remembered for as long as path, size and times
// stay.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { MediaReference } from '../media/media.ts';
import { cachePath, writeCacheFile } from './cache-folder-node.ts';
import { byCodeUnits } from './dataset.ts';

const recordSchema = z.object({ state: z.string(), hash: z.string() });

/**
 * SHA-256 of all that a reference's files hold, in hexadecimal; their names and places do not enter.
 * `hashOf` gives one file's hash; what it throws passes through.
 */
export async function contentHash(
  reference: MediaReference,
  hashOf: (path: string) => Promise<string>,
): Promise<string> {
  switch (reference.kind) {
    case 'video':
      return hashOf(reference.path);
    case 'pair':
      return combine(['pair', await hashOf(reference.image), await hashOf(reference.audio)]);
    case 'frames': {
      const names = (await readdir(reference.folder)).filter((name) => !name.startsWith('.')).sort(byCodeUnits);
      // The word changes with that order, so that entries made in another are not found again.
      const parts = ['frames by number', await hashOf(reference.audio)];
      // Names enter here, as their order is the frames' order.
      for (const name of names) parts.push(name, await hashOf(join(reference.folder, name)));
      return combine(parts);
    }
  }
}

/**
 * A file's hash if it is known in the cache `folder` and the file has not changed since; throws when there is no such
 * file.
 */
export async function rememberedHash(folder: string, path: string): Promise<string | undefined> {
  const state = await stateOf(path);
  const known = await readFile(recordPath(folder, path), 'utf8')
    .then((text) => recordSchema.parse(JSON.parse(text)))
    .catch(() => undefined);
  return known?.state === state ? known.hash : undefined;
}

/** A file's hash, computed and remembered where it is not known yet; throws when the file cannot be read. */
export async function fileHash(folder: string, path: string): Promise<string> {
  const known = await rememberedHash(folder, path);
  if (known !== undefined) return known;
  const state = await stateOf(path);
  const sum = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) sum.update(chunk as Buffer);
  const hash = sum.digest('hex');
  // A file that changed while it was read must be read again the next time.
  if ((await stateOf(path)) === state)
    await writeCacheFile(folder, recordPath(folder, path), [Buffer.from(JSON.stringify({ state, hash }))]);
  return hash;
}

function recordPath(folder: string, path: string): string {
  return cachePath(folder, 'hashes', combine([resolve(path)]), '.json');
}

async function stateOf(path: string): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

function combine(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
