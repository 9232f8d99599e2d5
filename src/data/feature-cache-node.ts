// Decoded clips on disk: each is decoded once for its content and the settings, and a clip that cannot be decoded is
// tried once.
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import type { Media, MediaReference } from '../media/media.ts';
import { entryPath, writeCacheFile } from './cache-folder-node.ts';
import { type ClipFeatures, readClip } from './clip-features.ts';
import { contentHash, fileHash } from './content-hash-node.ts';
import { encodeEntry } from './entry-file-node.ts';
import {
  type ClipOutcome,
  entryKey,
  type FeatureIndexOptions,
  outcomeOf,
  outcomeWith,
  unreadable,
  writeFailure,
} from './feature-index-node.ts';

export type OpenReference = (reference: MediaReference) => Promise<Media>;

export type FeatureCache = {
  /** Decodes a clip unless it is there already. Throws only when the cache itself cannot be written. */
  ensure(reference: MediaReference): Promise<ClipOutcome>;
  /**
   * Makes an entry anew that proved absent or damaged. Throws DuetError where the clip no longer decodes or has
   * changed.
   */
  remake(key: string, reference: MediaReference): Promise<void>;
};

export type FeatureCacheOptions = FeatureIndexOptions & { readonly openReference: OpenReference };

/** The cache in a folder that prepareCacheFolder has made. Several processes may use one folder at once. */
export function openFeatureCache(options: FeatureCacheOptions): FeatureCache {
  const { folder, settings, missing, openReference } = options;

  async function keyOf(reference: MediaReference): Promise<string> {
    return entryKey(await contentHash(reference, (path) => fileHash(folder, path)), reference, settings);
  }

  async function decode(reference: MediaReference): Promise<ClipFeatures> {
    const media = await openReference(reference);
    try {
      return await readClip(media, settings);
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
      let features: ClipFeatures;
      try {
        features = await decode(reference);
      } catch (error) {
        if (isLasting(error)) await writeFailure(folder, key, reference, messageOf(error));
        return { reason: messageOf(error) };
      }
      await writeCacheFile(folder, entryPath(folder, key), encodeEntry(features));
      return outcomeWith(key, features.missing, missing);
    },
    async remake(key, reference) {
      if ((await keyOf(reference)) !== key) {
        throw new DuetError('The file has changed since it was first read; start again to use it as it is now.');
      }
      await writeCacheFile(folder, entryPath(folder, key), encodeEntry(await decode(reference)));
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
