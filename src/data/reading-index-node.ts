// What the cache knows of a clip: which entry is its own, whether it is there, or why there can be none.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../errors.ts';
import { type MediaReference, referencePaths } from '../media/media.ts';
import { cachePath, readingPath, writeCacheFile } from './cache-folder-node.ts';
import { contentHash, rememberedHash } from './content-hash-node.ts';
import type { Json } from './intake.ts';
import { type MissingModality, type MissingPolicy, missingMessage } from './model-inputs.ts';
import { openReadingFile } from './reading-file-node.ts';

/**
 * Raise it when decoding, resizing, resampling or a front end gives other numbers than before, or an entry's layout
 * changes.
 */
const cacheVersion = 6;

/** What became of a clip: its key in the cache, or why it cannot be used. */
export type ClipOutcome =
  | { readonly key: string; readonly missing?: MissingModality }
  | { readonly key?: undefined; readonly reason: string };

/** Which cache, for which intake; plain data, so that other processes can be given it. */
export type ReadingIndexOptions = {
  readonly folder: string;
  /** See `Intake.key`. */
  readonly intakeKey: Json;
  readonly missing: MissingPolicy;
  /** Forgets which clips failed earlier, so that they are tried again. Default false. */
  readonly retryFailed?: boolean;
};

/**
 * What became of a clip earlier, found without opening its files; undefined where that is not known.
 * Many may be asked for at once.
 */
export async function lookUp(
  reference: MediaReference,
  options: ReadingIndexOptions,
): Promise<ClipOutcome | undefined> {
  let content: string;
  try {
    content = await contentHash(reference, async (path) => {
      const hash = await rememberedHash(options.folder, path);
      if (hash === undefined) throw new NotRemembered();
      return hash;
    });
  } catch (error) {
    return error instanceof NotRemembered ? undefined : { reason: unreadable(error) };
  }
  return outcomeOf(entryKey(content, reference, options.intakeKey), reference, options);
}

class NotRemembered extends Error {}

/** What became of the clip whose key this is; undefined where its entry is absent or damaged. */
export async function outcomeOf(
  key: string,
  reference: MediaReference,
  { folder, missing, retryFailed = false }: ReadingIndexOptions,
): Promise<ClipOutcome | undefined> {
  try {
    const entry = await openReadingFile(readingPath(folder, key));
    await entry.close();
    return outcomeWith(key, entry.header.missing, missing);
  } catch {
    return retryFailed ? undefined : readFailure(folder, key, reference);
  }
}

/** The outcome of a clip that was decoded and of which `found` is missing. */
export function outcomeWith(key: string, found: MissingModality | undefined, policy: MissingPolicy): ClipOutcome {
  if (!found) return { key };
  return policy === 'zero' ? { key, missing: found } : { reason: missingMessage(found) };
}

/** Why a clip's files cannot be read. */
export function unreadable(error: unknown): string {
  const isAbsent = (error as NodeJS.ErrnoException)?.code === 'ENOENT';
  return isAbsent ? 'The file does not exist.' : `The file cannot be read (${messageOf(error)}).`;
}

/** A hash of all that an entry's numbers depend on. */
export function entryKey(content: string, reference: MediaReference, intakeKey: Json): string {
  const isWhole = reference.start === undefined && reference.end === undefined;
  const range = reference.kind !== 'video' && isWhole ? [] : [reference.start ?? 0, reference.end ?? null];
  const rate = reference.kind === 'frames' ? (reference.framesPerSecond ?? null) : null;
  const described = JSON.stringify([cacheVersion, content, reference.kind, range, rate, intakeKey]);
  return createHash('sha256').update(described).digest('hex').slice(0, 40);
}

const failureSchema = z.object({ reason: z.string() });

function failurePath(folder: string, key: string): string {
  return cachePath(folder, 'clips', key, '.failed.json');
}

/**
 * Remembers why a clip cannot be decoded: for its content, wherever that lies, so paths are left out and put back when
 * it is reported.
 */
export async function writeFailure(
  folder: string,
  key: string,
  reference: MediaReference,
  reason: string,
): Promise<void> {
  const unplaced = referencePaths(reference).reduce(
    (text, path, index) => text.replaceAll(path, `\u0000${index}`),
    reason,
  );
  await writeCacheFile(folder, failurePath(folder, key), [Buffer.from(JSON.stringify({ reason: unplaced }))]);
}

async function readFailure(folder: string, key: string, reference: MediaReference): Promise<ClipOutcome | undefined> {
  try {
    const { reason } = failureSchema.parse(JSON.parse(await readFile(failurePath(folder, key), 'utf8')));
    return {
      reason: referencePaths(reference).reduce(
        (text, path, index) => text.replaceAll(`\u0000${index}`, () => path),
        reason,
      ),
    };
  } catch {
    return undefined;
  }
}
