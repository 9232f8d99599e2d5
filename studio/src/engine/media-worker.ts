// Reading clips beside the page, so that it stays responsive: features for the model, and small pictures for people.
import { expose, transfer } from 'comlink';
import type { Reading } from '../../../src/data/intake.ts';
import { missingMessage } from '../../../src/data/model-inputs.ts';
import { type InputSettings, spectrogramSizeOf } from '../../../src/data/settings.ts';
import { DuetError } from '../../../src/errors.ts';
import { openMediaSource } from '../../../src/media/open-media-source.ts';
import { spectrogramPicture } from '../../../src/report/spectrogram-picture.ts';
import { frontEnds } from '../../../src/signal/front-ends.ts';
import type { Picture } from '../../../src/signal/picture.ts';
import { resize } from '../../../src/signal/resize.ts';
import { middleWindow, plainIntake } from '../../../src/systems/ma-avt/intake.ts';
import { pictureBlob } from './picture-blob.ts';
import { plainErrors } from './plain-error.ts';

export type ReadExample = {
  readonly seconds: number;
  readonly features: Reading;
  readonly thumbnail: Blob | undefined;
  readonly spectrogram: Blob;
};

const thumbnailHeight = 132;
const spectrogramSide = 112;

/** @throws DuetError when the file cannot be decoded here, or lacks picture or sound. */
async function read(file: Blob, name: string, settings: InputSettings): Promise<ReadExample> {
  const media = await openMediaSource(file, name);
  try {
    const features = await plainIntake(settings).read(media);
    if (features.missing)
      throw new DuetError(`${name}: ${missingMessage(features.missing).replace(/, or use --missing.*$/, '.')}`);
    const { frame, spectrogram } = middleWindow(features);
    const example: ReadExample = {
      seconds: media.duration,
      features,
      thumbnail: frame && (await pictureBlob(shrunk(frame))),
      spectrogram: await pictureBlob(soundPicture(spectrogram, settings)),
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

function soundPicture(values: Float32Array, settings: InputSettings): Picture {
  const { height, width } = spectrogramSizeOf(settings);
  return resize(
    spectrogramPicture(values, height, width, frontEnds[settings.frontEnd].axes),
    spectrogramSide,
    spectrogramSide,
    'bicubic',
  );
}

function buffersOf({ arrays }: Reading): ArrayBuffer[] {
  return [...new Set(Object.values(arrays).map(({ data }) => data.buffer))] as ArrayBuffer[];
}

const worker = plainErrors({ read });
export type MediaWorker = typeof worker;
expose(worker);
