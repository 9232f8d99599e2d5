// What a loading worker does: fills the cache, and makes batches from it. In a worker or in the caller's own thread.
import { isDuetError, messageOf } from '../errors.ts';
import type { MediaReference } from '../media/media.ts';
import { createRandom, type Random } from '../random/random.ts';
import { crop } from '../signal/crop.ts';
import { flipHorizontally } from '../signal/flip.ts';
import { frontEnds } from '../signal/front-ends.ts';
import type { Picture } from '../signal/picture.ts';
import { randomResizedCropBox } from '../signal/random-resized-crop.ts';
import { resize } from '../signal/resize.ts';
import type { Augmentation, Batch, BatchItem, BatchOrder, CachedClip, SkippedClip } from './batch.ts';
import { DamagedEntry, type EntryReader } from './entry-file-node.ts';
import { type ClipOutcome, type FeatureCacheOptions, openFeatureCache } from './feature-cache-node.ts';
import { maskSpectrogram } from './mask-spectrogram.ts';
import { normalised } from './model-inputs.ts';
import { imageSizeOf, spectrogramSizeOf } from './settings.ts';

/** A batch and the clips that failed on the way into it. */
export type LoadedBatch = { readonly batch: Batch; readonly skipped: readonly SkippedClip[] };

export type Loader = {
  /** Brings clips into the cache; outcomes in their order. */
  ensure(clips: readonly MediaReference[]): Promise<ClipOutcome[]>;
  /** Makes a batch. Clips that fail now, though they were fine before, are left out of it. */
  load(order: BatchOrder): Promise<LoadedBatch>;
};

type Inputs = { readonly item: BatchItem; readonly image: Float32Array | undefined; readonly spectrogram: Float32Array };

/** A loader on the cache folder given. */
export function createLoader(options: FeatureCacheOptions): Loader {
  const { settings } = options;
  const cache = openFeatureCache(options);
  const size = imageSizeOf(settings);
  const spectrogramSize = spectrogramSizeOf(settings);

  /** Reads from an entry; one that proves damaged is made anew. Throws ClipFailure when that fails too. */
  async function read<Result>(clip: CachedClip, from: (entry: EntryReader) => Promise<Result>): Promise<Result> {
    try {
      return await readOnce(clip, from);
    } catch (error) {
      if (!(error instanceof DamagedEntry)) throw asFailure(clip, error);
    }
    try {
      await cache.remake(clip.key, clip.media);
      return await readOnce(clip, from);
    } catch (error) {
      throw asFailure(clip, error);
    }
  }

  async function readOnce<Result>(clip: CachedClip, from: (entry: EntryReader) => Promise<Result>): Promise<Result> {
    const entry = await cache.open(clip.key, clip.media);
    try {
      return await from(entry);
    } finally {
      await entry.close();
    }
  }

  function varied(picture: Picture, random: Random, { cropScale }: Augmentation): Picture {
    const box = randomResizedCropBox(picture.width, picture.height, random, { scale: cropScale });
    const resized = resize(crop(picture, box), size.width, size.height, settings.resizeFilter);
    return random.uniform() < 0.5 ? flipHorizontally(resized) : resized;
  }

  async function inputs(item: BatchItem, augmentation: Augmentation | undefined): Promise<Inputs> {
    const { picture, sound } = item;
    const isPair = picture.id === sound.id;
    const names = [augmentation?.seed ?? 0, augmentation?.epoch ?? 0, picture.id, sound.id];
    const standard = augmentation?.standard ? augmentation : undefined;
    const windowOf = (entry: EntryReader, purpose: string) =>
      standard ? createRandom(purpose, ...names).integer(entry.header.spectrograms.length) : 'middle';

    const withPicture = await read(picture, async (entry) => {
      const window = windowOf(entry, 'window');
      const shown = standard ? await entry.training(window) : await entry.evaluation();
      const varying = shown && standard ? varied(shown, createRandom('picture', ...names), standard) : shown;
      const spectrogram = isPair ? await entry.spectrogram(window) : undefined;
      return { image: varying && normalised(varying, settings), spectrogram };
    });
    const spectrogram = withPicture.spectrogram ?? (await read(sound, (entry) => entry.spectrogram(windowOf(entry, 'sound window'))));
    if (augmentation?.masking) {
      const { axes } = frontEnds[settings.frontEnd];
      maskSpectrogram(spectrogram, spectrogramSize, axes, augmentation.masking, createRandom('masking', ...names));
    }
    return { item, image: withPicture.image, spectrogram };
  }

  return {
    async ensure(clips) {
      const outcomes: ClipOutcome[] = [];
      for (const clip of clips) outcomes.push(await cache.ensure(clip));
      return outcomes;
    },
    async load({ items, augmentation }) {
      const loaded: Inputs[] = [];
      const skipped: SkippedClip[] = [];
      for (const item of items) {
        try {
          loaded.push(await inputs(item, augmentation));
        } catch (error) {
          if (!(error instanceof ClipFailure)) throw error;
          skipped.push(error.clip);
        }
      }
      return { batch: stack(loaded), skipped };
    },
  };

  function stack(loaded: readonly Inputs[]): Batch {
    const imageLength = 3 * size.height * size.width;
    const spectrogramLength = spectrogramSize.height * spectrogramSize.width;
    const images = new Float32Array(loaded.length * imageLength);
    const spectrograms = new Float32Array(loaded.length * spectrogramLength);
    loaded.forEach(({ image, spectrogram }, index) => {
      // A missing picture is of the mean colour: zeros.
      if (image) images.set(image, index * imageLength);
      spectrograms.set(spectrogram, index * spectrogramLength);
    });
    const items = loaded.map(({ item }) => item);
    return {
      images,
      spectrograms,
      labels: Int32Array.from(items, (item) => item.label),
      pictureIds: items.map((item) => item.picture.id),
      soundIds: items.map((item) => item.sound.id),
      count: items.length,
    };
  }
}

class ClipFailure extends Error {
  constructor(readonly clip: SkippedClip) {
    super(clip.reason);
  }
}

/** A clip's own trouble is a ClipFailure; a mistake of ours stays what it is. */
function asFailure({ id }: CachedClip, error: unknown): unknown {
  const ofTheClip = isDuetError(error) || (error instanceof Error && 'syscall' in error);
  return ofTheClip ? new ClipFailure({ id, reason: messageOf(error) }) : error;
}
