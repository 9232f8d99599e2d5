// Batches made from stored features alone: no decoder is touched here, so any number of threads may do it.
import { createRandom, type Random } from '../random/random.ts';
import { crop } from '../signal/crop.ts';
import { flipHorizontally } from '../signal/flip.ts';
import { frontEnds } from '../signal/front-ends.ts';
import type { Picture } from '../signal/picture.ts';
import { randomResizedCropBox } from '../signal/random-resized-crop.ts';
import { resize } from '../signal/resize.ts';
import type { Augmentation, Batch, BatchItem, BatchOrder, CachedClip } from './batch.ts';
import { DamagedEntry, type FeatureReader } from './feature-reader.ts';
import { maskSpectrogram } from './mask-spectrogram.ts';
import { normalised } from './model-inputs.ts';
import { type InputSettings, imageSizeOf, spectrogramSizeOf } from './settings.ts';

/** A batch without the pairs that need a clip whose entry is absent or damaged, and those clips. */
export type MadeBatch = { readonly batch: Batch; readonly damaged: readonly CachedClip[] };

export type BatchMakerOptions = {
  readonly settings: InputSettings;
  /** Opens the stored features of the clip with this key; any error means that they are not there. */
  readonly open: (key: string) => Promise<FeatureReader>;
};

export type BatchMaker = { make(order: BatchOrder): Promise<MadeBatch> };

type Inputs = {
  readonly item: BatchItem;
  readonly image: Float32Array | undefined;
  readonly spectrogram: Float32Array;
};

/** A maker of batches from stored features. */
export function createBatchMaker({ settings, open }: BatchMakerOptions): BatchMaker {
  const size = imageSizeOf(settings);
  const spectrogramSize = spectrogramSizeOf(settings);

  /** Reads from an entry. Throws DamagedClip when it cannot. */
  async function read<Result>(clip: CachedClip, from: (entry: FeatureReader) => Promise<Result>): Promise<Result> {
    const entry = await open(clip.key).catch((error) => {
      throw new DamagedClip(clip, error);
    });
    try {
      return await from(entry);
    } catch (error) {
      throw error instanceof DamagedEntry ? new DamagedClip(clip, error) : error;
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
    const windowOf = (entry: FeatureReader, purpose: string) =>
      standard ? createRandom(purpose, ...names).integer(entry.windows) : 'middle';

    const withPicture = await read(picture, async (entry) => {
      const window = windowOf(entry, 'window');
      const shown = standard ? await entry.training(window) : await entry.evaluation();
      const varying = shown && standard ? varied(shown, createRandom('picture', ...names), standard) : shown;
      const spectrogram = isPair ? await entry.spectrogram(window) : undefined;
      return { image: varying && normalised(varying, settings), spectrogram };
    });
    const spectrogram =
      withPicture.spectrogram ?? (await read(sound, (entry) => entry.spectrogram(windowOf(entry, 'sound window'))));
    if (augmentation?.masking) {
      const { axes } = frontEnds[settings.frontEnd];
      maskSpectrogram(spectrogram, spectrogramSize, axes, augmentation.masking, createRandom('masking', ...names));
    }
    return { item, image: withPicture.image, spectrogram };
  }

  return {
    async make({ items, augmentation }) {
      const made: Inputs[] = [];
      const damaged: CachedClip[] = [];
      for (const item of items) {
        try {
          made.push(await inputs(item, augmentation));
        } catch (error) {
          if (!(error instanceof DamagedClip)) throw error;
          damaged.push(error.clip);
        }
      }
      return { batch: stack(made), damaged };
    },
  };

  function stack(made: readonly Inputs[]): Batch {
    const imageLength = 3 * size.height * size.width;
    const spectrogramLength = spectrogramSize.height * spectrogramSize.width;
    const images = new Float32Array(made.length * imageLength);
    const spectrograms = new Float32Array(made.length * spectrogramLength);
    made.forEach(({ image, spectrogram }, index) => {
      // A missing picture is of the mean colour: zeros.
      if (image) images.set(image, index * imageLength);
      spectrograms.set(spectrogram, index * spectrogramLength);
    });
    const items = made.map(({ item }) => item);
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

class DamagedClip extends Error {
  readonly clip: CachedClip;
  constructor(clip: CachedClip, cause: unknown) {
    super(`The cache entry of ${clip.id} cannot be read.`, { cause });
    this.clip = clip;
  }
}
