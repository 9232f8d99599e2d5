// Reading clips and adapters beside the page, so that it stays responsive: readings for the model, and small pictures
// for people.
import { expose, transfer } from 'comlink';
import type { Reading } from '../../../src/data/intake.ts';
import { missingMessage } from '../../../src/data/model-inputs.ts';
import { DuetError } from '../../../src/errors.ts';
import { openMediaSource } from '../../../src/media/open-media-source.ts';
import type { SpectrogramShown } from '../../../src/report/shown.ts';
import { spectrogramPicture } from '../../../src/report/spectrogram-picture.ts';
import { type IntakeArgument, openWithoutWeights } from '../../../src/run/open-intake.ts';
import type { Picture } from '../../../src/signal/picture.ts';
import { resize } from '../../../src/signal/resize.ts';
import type { StoredAdapter } from '../storage/database.ts';
import { modelFacts } from './model-facts.ts';
import { pictureBlob } from './picture-blob.ts';
import { plainErrors } from './plain-error.ts';
import { pictureIn, spectrogramIn } from './shown-parts.ts';

export type ReadExample = {
  readonly seconds: number;
  readonly features: Reading;
  readonly thumbnail: Blob | undefined;
  readonly spectrogram: Blob | undefined;
};

const thumbnailHeight = 132;
const spectrogramSide = 112;

/** @throws DuetError when the file cannot be decoded here, or lacks picture or sound. */
async function read(file: Blob, name: string, argument: IntakeArgument): Promise<ReadExample> {
  const { intake, preview } = await openWithoutWeights(argument);
  const media = await openMediaSource(file, name);
  try {
    const features = await intake.read(media);
    if (features.missing)
      throw new DuetError(`${name}: ${missingMessage(features.missing).replace(/, or use --missing.*$/, '.')}`);
    const shown = preview?.(features) ?? [];
    const [picture, sound] = [pictureIn(shown), spectrogramIn(shown)];
    const example: ReadExample = {
      seconds: media.duration,
      features,
      thumbnail: picture && (await pictureBlob(shrunk(picture.picture))),
      spectrogram: sound && (await pictureBlob(soundPicture(sound))),
    };
    return transfer(example, buffersOf(features));
  } finally {
    await media.close();
  }
}

function shrunk(frame: Picture): Picture {
  const width = Math.max(1, Math.round((frame.width * thumbnailHeight) / frame.height));
  return resize(frame, width, thumbnailHeight, 'bicubic');
}

function soundPicture({ values, height, width, axes }: SpectrogramShown): Picture {
  const whole = spectrogramPicture(values, height, width, axes);
  return resize(whole, spectrogramSide, spectrogramSide, 'bicubic');
}

function buffersOf({ arrays }: Reading): ArrayBuffer[] {
  return [...new Set(Object.values(arrays).map(({ data }) => data.buffer))] as ArrayBuffer[];
}

const worker = plainErrors({ read, modelFacts: async (files: StoredAdapter) => modelFacts(files) });
export type MediaWorker = typeof worker;
expose(worker);
