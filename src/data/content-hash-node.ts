// What a file holds, as a hash: computed over all its bytes once and remembered for as long as path, size and times stay.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { MediaReference } from '../media/media.ts';
import { byCodeUnits } from './dataset.ts';

export type HashStore = { path(name: string): string; write(path: string, parts: readonly Uint8Array[]): Promise<void> };

const recordSchema = z.object({ state: z.string(), hash: z.string() });

/** SHA-256 of all that a reference's files hold, in hexadecimal; their names and places do not enter. */
export async function contentHash(reference: MediaReference, store: HashStore): Promise<string> {
  switch (reference.kind) {
    case 'video':
      return fileHash(reference.path, store);
    case 'pair':
      return combine(['pair', await fileHash(reference.image, store), await fileHash(reference.audio, store)]);
    case 'frames': {
      const names = (await readdir(reference.folder)).filter((name) => !name.startsWith('.')).sort(byCodeUnits);
      const parts = ['frames', await fileHash(reference.audio, store)];
      // Names enter here, as their order is the frames' order.
      for (const name of names) parts.push(name, await fileHash(join(reference.folder, name), store));
      return combine(parts);
    }
  }
}

async function fileHash(path: string, store: HashStore): Promise<string> {
  const state = await stateOf(path);
  const record = store.path(combine([resolve(path)]));
  const known = await readFile(record, 'utf8')
    .then((text) => recordSchema.parse(JSON.parse(text)))
    .catch(() => undefined);
  if (known?.state === state) return known.hash;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  const digest = hash.digest('hex');
  // A file that changed while it was read must be read again the next time.
  if ((await stateOf(path)) === state) await store.write(record, [Buffer.from(JSON.stringify({ state, hash: digest }))]);
  return digest;
}

async function stateOf(path: string): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

function combine(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
