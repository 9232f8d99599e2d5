// Decoded clips on disk: each is decoded once for its content and the settings, and a clip that cannot be decoded is tried once.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import type { Media, MediaReference } from '../media/media.ts';
import { frontEnds } from '../signal/front-ends.ts';
import { cachePath, entryPath, writeCacheFile } from './cache-folder-node.ts';
import { type ClipFeatures, readClip } from './clip-features.ts';
import { contentHash, type HashStore } from './content-hash-node.ts';
import { encodeEntry, openEntry } from './entry-file-node.ts';
import { type MissingModality, type MissingPolicy, missingMessage } from './model-inputs.ts';
import { type InputSettings, imageSizeOf, spectrogramSizeOf, trainingShortSide } from './settings.ts';

/** Raise it when decoding, resizing, resampling or a front end gives other numbers than before, or an entry's layout changes. */
const cacheVersion = 1;

export type OpenReference = (reference: MediaReference) => Promise<Media>;

/** What became of a clip: its key in the cache, or why it cannot be used. */
export type ClipOutcome =
  | { readonly key: string; readonly missing?: MissingModality }
  | { readonly key?: undefined; readonly reason: string };

export type FeatureCache = {
  /** Decodes a clip unless it is there already. Throws only when the cache itself cannot be written. */
  ensure(reference: MediaReference): Promise<ClipOutcome>;
  /** Makes an entry anew that proved absent or damaged. Throws DuetError where the clip no longer decodes or has changed. */
  remake(key: string, reference: MediaReference): Promise<void>;
};

export type FeatureCacheOptions = {
  readonly folder: string;
  readonly settings: InputSettings;
  readonly missing: MissingPolicy;
  readonly openReference: OpenReference;
};

const failureSchema = z.object({ reason: z.string() });

/** The cache in `folder`, which prepareCacheFolder has made. Several processes may use one folder at once. */
export function openFeatureCache({ folder, settings, missing, openReference }: FeatureCacheOptions): FeatureCache {
  const failurePath = (key: string) => cachePath(folder, 'clips', key, '.failed.json');
  const write = (path: string, parts: readonly Uint8Array[]) => writeCacheFile(folder, path, parts);
  const hashes: HashStore = { path: (name) => cachePath(folder, 'hashes', name, '.json'), write };

  const decode = async (reference: MediaReference): Promise<ClipFeatures> => {
    const media = await openReference(reference);
    try {
      return await readClip(media, settings);
    } finally {
      await media.close();
    }
  };
  const outcome = (key: string, found: MissingModality | undefined): ClipOutcome => {
    if (!found) return { key };
    return missing === 'zero' ? { key, missing: found } : { reason: missingMessage(found) };
  };

  const keyOf = async (reference: MediaReference) => entryKey(await contentHash(reference, hashes), reference, settings);
  const remake = async (key: string, reference: MediaReference) => {
    if ((await keyOf(reference)) !== key)
      throw new DuetError('The file has changed since it was first read; start again to use it as it is now.');
    await write(entryPath(folder, key), encodeEntry(await decode(reference)));
  };

  return {
    remake,
    async ensure(reference) {
      let key: string;
      try {
        key = await keyOf(reference);
      } catch (error) {
        if (isDuetError(error)) throw error;
        return { reason: unreadable(error) };
      }
      const known = await stateOf(entryPath(folder, key), failurePath(key));
      if (known.kind === 'entry') return outcome(key, known.missing);
      if (known.kind === 'failure') return { reason: withPaths(known.reason, reference) };
      let features: ClipFeatures;
      try {
        features = await decode(reference);
      } catch (error) {
        const reason = messageOf(error);
        if (isLasting(error)) await write(failurePath(key), [Buffer.from(JSON.stringify({ reason: withoutPaths(reason, reference) }))]);
        return { reason };
      }
      await write(entryPath(folder, key), encodeEntry(features));
      return outcome(key, features.missing);
    },
  };
}

/** A DuetError is about the content, which stays as it is, unless a program on the PATH would mend it; others, such as too little memory, may pass. */
function isLasting(error: unknown): boolean {
  return isDuetError(error) && !/ffmpeg/i.test(error.message);
}

/** A reason is remembered for content, wherever that lies: paths are left out of it and put back when it is told. */
function withoutPaths(reason: string, reference: MediaReference): string {
  return pathsOf(reference).reduce((text, path, index) => text.replaceAll(path, `\u0000${index}`), reason);
}

function withPaths(reason: string, reference: MediaReference): string {
  return pathsOf(reference).reduce((text, path, index) => text.replaceAll(`\u0000${index}`, () => path), reason);
}

function pathsOf(reference: MediaReference): string[] {
  if (reference.kind === 'video') return [reference.path];
  return reference.kind === 'pair' ? [reference.image, reference.audio] : [reference.folder, reference.audio];
}

type EntryState =
  | { readonly kind: 'entry'; readonly missing: MissingModality | undefined }
  | { readonly kind: 'failure'; readonly reason: string }
  | { readonly kind: 'absent' };

async function stateOf(entry: string, failure: string): Promise<EntryState> {
  try {
    const reader = await openEntry(entry);
    await reader.close();
    return { kind: 'entry', missing: reader.header.missing };
  } catch {
    // Absent or damaged: either way it is to be made.
  }
  try {
    return { kind: 'failure', ...failureSchema.parse(JSON.parse(await readFile(failure, 'utf8'))) };
  } catch {
    return { kind: 'absent' };
  }
}

/** All that an entry's numbers depend on. */
function entryKey(content: string, reference: MediaReference, settings: InputSettings): string {
  const { seconds, sampleRate } = frontEnds[settings.frontEnd];
  const range = reference.kind === 'video' ? [reference.start ?? 0, reference.end ?? null] : [];
  const rate = reference.kind === 'frames' ? (reference.framesPerSecond ?? null) : null;
  const picture = [imageSizeOf(settings), trainingShortSide(settings), settings.resizeFilter];
  const sound = [settings.frontEnd, seconds, sampleRate, spectrogramSizeOf(settings)];
  const described = JSON.stringify([cacheVersion, content, reference.kind, range, rate, picture, sound]);
  return createHash('sha256').update(described).digest('hex').slice(0, 40);
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException)?.code === 'ENOENT';
}

function unreadable(error: unknown): string {
  return isAbsent(error) ? 'The file does not exist.' : `The file cannot be read (${messageOf(error)}).`;
}
