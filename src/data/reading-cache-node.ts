// Decoded clips on disk: each is decoded once for its content and the settings, and a clip that cannot be decoded is
// tried once.
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import type { Media, MediaReference } from '../media/media.ts';
import { readingPath, writeCacheFile } from './cache-folder-node.ts';
import { contentHash, fileHash } from './content-hash-node.ts';
import type { Intake, Reading } from './intake.ts';
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
   * Makes an entry anew that proved absent or damaged. Throws DuetError where the clip no longer decodes or has
   * changed.
   */
  remake(key: string, reference: MediaReference): Promise<void>;
};

export type ReadingCacheOptions = ReadingIndexOptions & {
  readonly intake: Pick<Intake, 'read'>;
  readonly openReference: OpenReference;
};

/** The cache in a folder that prepareCacheFolder has made. Several processes may use one folder at once. */
export function openReadingCache(options: ReadingCacheOptions): ReadingCache {
  const { folder, intakeKey, missing, intake, openReference } = options;

  async function keyOf(reference: MediaReference): Promise<string> {
    return entryKey(await contentHash(reference, (path) => fileHash(folder, path)), reference, intakeKey);
  }

  async function decode(reference: MediaReference): Promise<Reading> {
    const media = await openReference(reference);
    try {
      return await intake.read(media);
    } finally {
      await media.close();
    }
  }

  return {
    async ensure(reference) {
      let key: string;
      try {
        key = await keyOf(reference);
      } catch (error) {
        // The cache's own trouble is a DuetError.
        if (isDuetError(error)) throw error;
        return { reason: unreadable(error) };
      }
      const known = await outcomeOf(key, reference, options);
      if (known) return known;
      let reading: Reading;
      try {
        reading = await decode(reference);
      } catch (error) {
        if (isLasting(error)) await writeFailure(folder, key, reference, messageOf(error));
        return { reason: messageOf(error) };
      }
      await writeCacheFile(folder, readingPath(folder, key), encodeReading(reading));
      return outcomeWith(key, reading.missing, missing);
    },
    async remake(key, reference) {
      if ((await keyOf(reference)) !== key) {
        throw new DuetError('The file has changed since it was first read; start again to use it as it is now.');
      }
      await writeCacheFile(folder, readingPath(folder, key), encodeReading(await decode(reference)));
    },
  };
}

/**
 * A DuetError is about the content, which stays as it is, unless a program on the PATH would mend it;
 * others, such as too little memory, may pass.
 */
function isLasting(error: unknown): boolean {
  return isDuetError(error) && !/ffmpeg/i.test(error.message);
}
