// The cache's folder on disk: where it is, how files come into it whole, how large it is.
import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { cacheHome } from '../files/cache-home-node.ts';
import { errorCode } from '../files/file-error.ts';
import { ensureFolder } from '../files/write-atomic-node.ts';

/** `$DUET_CACHE/readings`, else `$XDG_CACHE_HOME/duet/readings`, else `~/.cache/duet/readings`. */
export function defaultCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cacheHome(environment), 'readings');
}

/** Where the cache keeps a file of some kind; spread over 256 folders, as large folders are slow on some disks. */
export function cachePath(folder: string, kind: 'clips' | 'hashes', name: string, ending: string): string {
  return join(folder, kind, name.slice(0, 2), `${name}${ending}`);
}

/** The file of a clip's reading. */
export function readingPath(folder: string, key: string): string {
  return cachePath(folder, 'clips', key, '.reading');
}

const temporaryName = 'unfinished';
/** Longer than any clip takes to decode and write. */
const abandonedAfterMs = 60 * 60 * 1000;
const mostTries = 5;

/**
 * Makes the folder and removes what crashed processes left unfinished in it. Throws DuetError when it cannot be
 * written.
 */
export async function prepareCacheFolder(folder: string): Promise<void> {
  const temporary = join(folder, temporaryName);
  try {
    await ensureFolder(temporary);
  } catch (error) {
    throw notWritable(folder, error);
  }
  for (const name of await readdir(temporary)) {
    const path = join(temporary, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > abandonedAfterMs) await rm(path, { force: true });
  }
}

/**
 * Writes a file of the cache, whole or not at all, whoever else writes the same one. Throws DuetError when the disk
 * refuses.
 */
export async function writeCacheFile(folder: string, path: string, parts: readonly Uint8Array[]): Promise<void> {
  for (let tries = 1; ; tries++) {
    const temporary = join(folder, temporaryName, `${process.pid}-${randomBytes(8).toString('hex')}`);
    try {
      await ensureFolder(dirname(temporary));
      await ensureFolder(dirname(path));
      const file = await open(temporary, 'wx');
      try {
        for (const part of parts) await file.writeFile(part);
      } finally {
        await file.close();
      }
      return await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      // Whoever empties the cache meanwhile may remove the folders between two of these steps.
      if (errorCode(causeOf(error)) !== 'ENOENT' || tries === mostTries) throw notWritable(folder, error);
    }
  }
}

function notWritable(folder: string, error: unknown): DuetError {
  return new DuetError(
    `The cache of readings "${folder}" cannot be written (${messageOf(causeOf(error)).replace(/\.$/, '')}); free some space or set DUET_CACHE to another folder.`,
  );
}

/** A sentence about one folder has its own advice; what counts here is the cause. */
function causeOf(error: unknown): unknown {
  return isDuetError(error) ? (error.cause ?? error) : error;
}

export type CacheSize = { readonly folder: string; readonly files: number; readonly bytes: number };

/** How much the cache holds; zero where there is none yet. */
export async function cacheSize(folder = defaultCacheFolder()): Promise<CacheSize> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let [files, bytes] = [0, 0];
  for (const name of names) {
    const entry = await stat(join(folder, name)).catch(() => undefined);
    if (!entry?.isFile()) continue;
    files++;
    bytes += entry.size;
  }
  return { folder, files, bytes };
}

/** Empties the cache; what is needed again will be decoded again. */
export async function clearCache(folder = defaultCacheFolder()): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
