// Decoded clips on disk: each is decoded once for its content and the settings, and a clip that cannot be decoded is
// tried once.
import { isDuetError, messageOf } from '../errors.ts';
import type { Media, MediaReference } from '../media/media.ts';
import { readingPath, writeCacheFile } from './cache-folder-node.ts';
import { contentHash, fileHash } from './content-hash-node.ts';
import type { Intake, Reading } from './intake.ts';
import { poolClosed } from './process-pool-node.ts';
import { encodeReading } from './reading-file-node.ts';
import {
  type ClipOutcome,
  entryKey,
  outcomeOf,
  outcomeWith,
  type ReadingIndexOptions,
  unreadable,
  writeFailure,
} from './reading-index-node.ts';

export type OpenReference = (reference: MediaReference) => Promise<Media>;

export type ReadingCache = {
  /** Decodes a clip unless it is there already. Throws only when the cache itself cannot be written. */
  ensure(reference: MediaReference): Promise<ClipOutcome>;
  /**
   * Makes an entry again that proved absent or damaged; a clip that no longer decodes or has changed has a reason.
   * Throws only when the cache itself cannot be written.
   */
  remake(key: string, reference: MediaReference): Promise<ClipOutcome>;
};

export type ReadingCacheOptions = ReadingIndexOptions & {
  readonly intake: Pick<Intake, 'read'>;
  readonly openReference: OpenReference;
};

/** The cache in a folder that prepareCacheFolder has made. Several processes may use one folder at once. */
export function openReadingCache(options: ReadingCacheOptions): ReadingCache {
  const { folder, intakeKey, missing, intake, openReference } = options;

  async function keyOf(reference: MediaReference): Promise<ClipOutcome> {
    try {
      return { key: entryKey(await contentHash(reference, (path) => fileHash(folder, path)), reference, intakeKey) };
    } catch (error) {
      // The cache's own trouble is a DuetError.
      if (isDuetError(error)) throw error;
      return { reason: unreadable(error) };
    }
  }

  async function decode(reference: MediaReference): Promise<Reading> {
    const media = await openReference(reference);
    try {
      return await intake.read(media);
    } finally {
      await media.close();
    }
  }

  async function make(key: string, reference: MediaReference): Promise<ClipOutcome> {
    let reading: Reading;
    try {
      reading = await decode(reference);
    } catch (error) {
      if (isLasting(error)) await writeFailure(folder, key, reference, messageOf(error));
      return { reason: messageOf(error) };
    }
    await writeCacheFile(folder, readingPath(folder, key), encodeReading(reading));
    return outcomeWith(key, reading.missing, missing);
  }

  return {
    async ensure(reference) {
      const found = await keyOf(reference);
      if (found.key === undefined) return found;
      return (await outcomeOf(found.key, reference, options)) ?? make(found.key, reference);
    },
    async remake(key, reference) {
      const now = await keyOf(reference);
      if (now.key === undefined) return now;
      return now.key === key
        ? make(key, reference)
        : { reason: 'The file has changed since it was first read; start again to use it as it is now.' };
    },
  };
}

/**
 * A DuetError is about the content, which stays as it is, unless a program on the PATH would fix it, or decoding was
 * stopped; others, such as too little memory, may pass.
 */
function isLasting(error: unknown): boolean {
  return isDuetError(error) && error.message !== poolClosed && !/ffmpeg/i.test(error.message);
}
