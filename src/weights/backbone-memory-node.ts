// What was found when a backbone's files were read whole: with its hash known, large weights need not be read before
// they are used.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheHome } from '../files/cache-home-node.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import type { BackboneFile } from './backbone.ts';

/** Raise it when the hash is computed in another way. */
const version = 1;
const recordSchema = z.object({ state: z.string(), hashes: z.record(z.string(), z.string()) });

export type BackboneMemory = {
  /** The hash of the same files with so many heads, if they have not changed since they were read. */
  recall(heads: number): string | undefined;
  remember(heads: number, hash: string): Promise<void>;
};

/** Fewer numbers are read in no time. */
const smallestCount = 4_000_000;

export type BackboneMemoryOptions = {
  /** Default: `backbones` in Duet's cache. */
  readonly folder?: string;
  /** Numbers of a backbone that is worth remembering. */
  readonly smallest?: number;
};

/**
 * Undefined for small backbones and for weights that are not in files. Nothing depends on it but time: what cannot be
 * kept is left out.
 */
export async function backboneMemory(
  { tensors }: Pick<BackboneFile, 'tensors'>,
  { folder = join(cacheHome(), 'backbones'), smallest = smallestCount }: BackboneMemoryOptions = {},
): Promise<BackboneMemory | undefined> {
  const paths = new Set<string>();
  let count = 0;
  for (const { location, shape } of tensors.values()) {
    if (!location) return undefined;
    paths.add(join(location.folder, location.file));
    count += shape.reduce((product, length) => product * length, 1);
  }
  if (count < smallest) return undefined;
  const sorted = [...paths].sort();
  const state = (await Promise.all(sorted.map(stateOf))).join('\n');
  const name = createHash('sha256').update(sorted.join('\n')).digest('hex').slice(0, 40);
  const path = join(folder, `${name}.json`);
  const record = await readFile(path, 'utf8')
    .then((text) => recordSchema.parse(JSON.parse(text)))
    .catch(() => undefined);
  const hashes = record?.state === state ? record.hashes : {};
  return {
    recall: (heads) => hashes[heads],
    async remember(heads, hash) {
      if (hashes[heads] === hash) return;
      try {
        await ensureFolder(folder);
        await writeFileAtomic(path, JSON.stringify({ state, hashes: { ...hashes, [heads]: hash } }));
      } catch {
        // Next time the weights are read again.
      }
    },
  };
}

async function stateOf(path: string): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
  return `${version} ${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}
