// One window of one clip as the model takes it. Prediction and the feature cache both come through here.
import { DuetError } from '../errors.ts';
import { type Media, undecodedText } from '../media/media.ts';
import { frontEnds } from '../signal/front-ends.ts';
import { normalisePicture } from '../signal/normalise-picture.ts';
import type { Picture } from '../signal/picture.ts';
import { resize } from '../signal/resize.ts';
import { readSound } from './read-sound.ts';
import { type InputSettings, imageSizeOf, spectrogramSizeOf } from './settings.ts';
import { candidateWindows, frameTime, middleOf, sampleRange, type TimeRange, wholeClip, windowAt } from './windows.ts';

export type MissingModality = 'picture' | 'sound';
/**
 * What to do about a clip without picture or without sound: refuse it, or put a mean-coloured picture or silence in its
 * place.
 */
export type MissingPolicy = 'error' | 'zero';

/** A window's model inputs. */
export type WindowInputs = {
  /** Seconds on the clip's clock. */
  readonly window: TimeRange;
  /** [3, height, width], normalised. */
  readonly image: Float32Array;
  /** [1, height, width], as the front end gives it. */
  readonly spectrogram: Float32Array;
  /** The window's middle frame in its own size; absent when the clip has no picture. */
  readonly frame: Picture | undefined;
  readonly missing: MissingModality | undefined;
};

/**
 * The model inputs of the window that starts `start` seconds into an open clip and lasts as long as the front end
 * hears, or to the clip's end if that comes first.
 * Throws DuetError for a start outside the clip, and for a missing modality unless `missing` is `zero`.
 */
export async function windowInputs(
  media: Media,
  start: number,
  settings: InputSettings,
  missing: MissingPolicy = 'error',
): Promise<WindowInputs> {
  // What is missing only here may be left out where that is asked for, and is never remembered as missing.
  const lacking = missing === 'zero' && media.undecoded ? media.undecoded.missing : missingModality(media);
  if (lacking && missing === 'error') throw new DuetError(missingMessage(lacking));
  const window = windowAt(wholeClip(media), start, frontEnds[settings.frontEnd].seconds);
  const [frame] = media.video ? await media.readFrames([frameTime(window)]) : [];
  const [spectrogram] = await windowSpectrograms(media, [window], settings);
  const image = frame ? normalised(evaluationPicture(frame, settings), settings) : emptyImage(settings);
  return { window, image, spectrogram: spectrogram!, frame, missing: lacking };
}

/** The model inputs of an open clip's middle window, as evaluation sees it. */
export async function middleWindow(
  media: Media,
  settings: InputSettings,
  missing: MissingPolicy = 'error',
): Promise<WindowInputs> {
  const windows = candidateWindows(wholeClip(media), frontEnds[settings.frontEnd].seconds);
  return windowInputs(media, windows[middleOf(windows)]!.start, settings, missing);
}

/** Which modality a clip lacks. Throws DuetError when it has neither, or has one that is not decoded here. */
export function missingModality(media: Media): MissingModality | undefined {
  if (media.undecoded)
    throw new DuetError(
      `The clip cannot be used whole, as ${undecodedText(media.undecoded)}; put ffmpeg on the PATH, convert the clip to mp4 (H.264 and AAC), or predict without it by --missing zero.`,
    );
  if (!media.video && !media.audio)
    throw new DuetError('The clip has neither picture nor sound; give a video with both.');
  return media.video ? (media.audio ? undefined : 'sound') : 'picture';
}

export function missingMessage(missing: MissingModality): string {
  const substitute = missing === 'sound' ? 'silence' : 'a plain picture';
  return `The clip has no ${missing}; give a clip with both picture and sound, or use --missing zero to put ${substitute} in its place.`;
}

/** The exact picture that evaluation and prediction use: the frame resized straight to the model's input size. */
export function evaluationPicture(frame: Picture, settings: InputSettings): Picture {
  const { height, width } = imageSizeOf(settings);
  return resize(frame, width, height, settings.resizeFilter);
}

/** [3, height, width]. */
export function normalised(picture: Picture, settings: InputSettings): Float32Array {
  return normalisePicture(picture, settings.mean, settings.std);
}

/** A picture of the mean colour, normalised: zeros, [3, height, width]. */
export function emptyImage(settings: InputSettings): Float32Array {
  const { height, width } = imageSizeOf(settings);
  return new Float32Array(3 * height * width);
}

/** The spectrogram of silence, [1, height, width]. */
export function emptySpectrogram(settings: InputSettings): Float32Array {
  const { sampleRate, seconds, spectrogram } = frontEnds[settings.frontEnd];
  return spectrogram(
    { samples: new Float32Array(Math.round(seconds * sampleRate)), sampleRate },
    spectrogramSizeOf(settings),
  );
}

/** One spectrogram per window, [1, height, width] each; windows ascend. Stretches that overlap are decoded once. */
export async function windowSpectrograms(
  media: Media,
  windows: readonly TimeRange[],
  settings: InputSettings,
): Promise<Float32Array[]> {
  const frontEnd = frontEnds[settings.frontEnd];
  const { sampleRate } = frontEnd;
  const size = spectrogramSizeOf(settings);
  const ranges = windows.map((window) => sampleRange(window, sampleRate));
  if (!media.audio) {
    const silence = frontEnd.spectrogram({ samples: new Float32Array(ranges[0]!.count), sampleRate }, size);
    return windows.map(() => silence);
  }
  const spectrograms: Float32Array[] = [];
  let stretch: { first: number; samples: Float32Array } = { first: 0, samples: new Float32Array(0) };
  for (const [index, { first, count }] of ranges.entries()) {
    if (first + count > stretch.first + stretch.samples.length) {
      const end = ranges
        .slice(index)
        .reduce((reach, range) => (range.first <= reach ? range.first + range.count : reach), first + count);
      stretch = { first, samples: await readSound(media, first, end - first, sampleRate) };
    }
    const samples = stretch.samples.subarray(first - stretch.first, first - stretch.first + count);
    spectrograms.push(frontEnd.spectrogram({ samples, sampleRate }, size));
  }
  return spectrograms;
}
