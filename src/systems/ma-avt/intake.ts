// How clips become MA-AVT's rows: the frame and the spectrogram of one window, the sound sometimes another clip's.
import { labelOf } from '../../data/annotation.ts';
import type { Example } from '../../data/dataset.ts';
import type { Arrays, Intake, Pass, Reading, Row, ShapedValues, StoredReading, Window } from '../../data/intake.ts';
import {
  emptyImage,
  emptySpectrogram,
  evaluationPicture,
  type MissingModality,
  type MissingPolicy,
  middleWindow,
  missingModality,
  normalised,
  type WindowInputs,
  windowInputs,
  windowSpectrograms,
} from '../../data/model-inputs.ts';
import { type InputSettings, imageSizeOf, spectrogramSizeOf, trainingShortSide } from '../../data/settings.ts';
import { candidateWindows, frameTime, middleOf, wholeClip } from '../../data/windows.ts';
import { DuetError } from '../../errors.ts';
import { windowStarts } from '../../infer/timeline.ts';
import type { Media } from '../../media/media.ts';
import { createRandom, type Random } from '../../random.ts';
import { crop } from '../../signal/crop.ts';
import { flipHorizontally } from '../../signal/flip.ts';
import { frontEnds } from '../../signal/front-ends.ts';
import type { Picture } from '../../signal/picture.ts';
import { randomResizedCropBox } from '../../signal/random-resized-crop.ts';
import { resize } from '../../signal/resize.ts';
import { backgroundLabel, planEvaluation, planMismatched, planTraining } from './epoch-plan.ts';
import { type Masking, maskSpectrogram } from './mask-spectrogram.ts';
import { warpSpectrogram } from './warp-spectrogram.ts';

export type MaAvtIntakeOptions = {
  readonly settings: InputSettings;
  /** The order of classes that targets refer to. */
  readonly classes: readonly string[];
  /** The label of clips in which picture and sound show no event together. */
  readonly background?: string | undefined;
  /** How often a training picture gets the sound of another class, 0 ... 1. */
  readonly backgroundProbability: number;
  /** `standard`: random window, random resized crop, horizontal flip. `none`: as in evaluation. */
  readonly augment: 'none' | 'standard';
  /** Least and greatest part of a picture's area that the random crop keeps. */
  readonly cropScale: readonly [number, number];
  /** Whether the sound of training clips is warped; see warp-spectrogram.ts. Default: no. */
  readonly warpsSound?: boolean;
  /** Hides a stretch of time and a band of frequencies in training. Default: off. */
  readonly masking?: Masking | undefined;
  /** What windows of a clip without picture or sound are: refused (default), or filled in. */
  readonly missing?: MissingPolicy | undefined;
};

/**
 * Passes: `train`; `evaluate`, every clip's middle window as it is; `mismatched`, each picture with the sound of
 * another class; `without picture` and `without sound`, as `evaluate` with a plain picture or silence.
 */
export function maAvtIntake(options: MaAvtIntakeOptions): Intake {
  const { settings, classes, background } = options;
  const indices = new Map(classes.map((label, index) => [label, index]));
  if (background !== undefined) indices.set(background, backgroundLabel);
  const { seconds, sampleRate } = frontEnds[settings.frontEnd];

  function labelled(example: Example): { readonly id: string; readonly classIndex: number } {
    const label = labelOf(example);
    const classIndex = indices.get(label);
    if (classIndex === undefined)
      throw new DuetError(
        `The class "${label}" is not one the model knows (${classes.join(', ')}); leave its clips out.`,
      );
    return { id: example.id, classIndex };
  }

  async function row(row: Row, open: (clip: string) => Promise<StoredReading>, pass: Pass): Promise<Arrays> {
    const [picture, sound] = row.clips as readonly [string, string];
    const isPair = picture === sound;
    const names = [pass.seed, pass.epoch, picture, sound];
    const isTraining = pass.name === 'train';
    const isVaried = isTraining && options.augment === 'standard';
    const windowOf = (reading: StoredReading, purpose: string) => {
      const windows = windowsOf(reading);
      return isVaried ? createRandom(purpose, ...names).integer(windows) : (windows - 1) >> 1;
    };
    const withPicture = await open(picture);
    const window = windowOf(withPicture, 'window');
    const shown = await pictureOf(withPicture, isVaried ? `training.${window}` : 'evaluation');
    const varying = shown && isVaried ? varied(shown, createRandom('picture', ...names)) : shown;
    const withSound = isPair ? withPicture : await open(sound);
    const heard = isPair ? window : windowOf(withSound, 'sound window');
    const stored = (await withSound.get(`spectrogram.${heard}`)).data as Float32Array;
    const [size, { axes }] = [spectrogramSizeOf(settings), frontEnds[settings.frontEnd]];
    const isWarped = isTraining && options.warpsSound;
    const spectrogram = isWarped ? warpSpectrogram(stored, size, axes, createRandom('warp', ...names)) : stored;
    if (isTraining && options.masking)
      maskSpectrogram(spectrogram, size, axes, options.masking, createRandom('masking', ...names));
    return {
      // A missing picture is of the mean colour.
      images: varying && pass.name !== 'without picture' ? normalised(varying, settings) : emptyImage(settings),
      spectrograms: pass.name === 'without sound' ? emptySpectrogram(settings) : spectrogram,
    };
  }

  function varied(picture: Picture, random: Random): Picture {
    const { height, width } = imageSizeOf(settings);
    const box = randomResizedCropBox(picture.width, picture.height, random, { scale: options.cropScale });
    const resized = resize(crop(picture, box), width, height, settings.resizeFilter);
    return random.uniform() < 0.5 ? flipHorizontally(resized) : resized;
  }

  return {
    key: [
      [Object.values(imageSizeOf(settings)), trainingShortSide(settings), settings.resizeFilter],
      [settings.frontEnd, seconds, sampleRate, Object.values(spectrogramSizeOf(settings))],
    ],
    read: (media) => readClip(media, settings),
    plan(examples, { name, seed, epoch }) {
      const clips = examples.map(labelled);
      if (name === 'train') return planTraining(clips, seed, epoch, options.backgroundProbability);
      return name === 'mismatched' ? planMismatched(clips, seed) : planEvaluation(clips);
    },
    row,
    async middleWindow(media) {
      return asWindow(await middleWindow(media, settings, options.missing));
    },
    async *windows(media, { hop = seconds / 2 }): AsyncGenerator<Window> {
      for (const start of windowStarts(media.duration, seconds, hop)) {
        yield asWindow(await windowInputs(media, start, settings, options.missing));
      }
    },
  };
}

function asWindow({ window, image, spectrogram, frame, missing }: WindowInputs): Window {
  return { ...window, inputs: { images: image, spectrograms: spectrogram }, frame, missing };
}

/** The intake that shows clips as they are, whatever their classes: for reading, and for prediction. */
export function plainIntake(settings: InputSettings, missing?: MissingPolicy): Intake {
  return maAvtIntake({
    ...{ settings, missing, classes: [], backgroundProbability: 0, augment: 'none' },
    cropScale: [1, 1],
  });
}

/** What prediction sees where one modality is missing; the frame stays, to be shown. */
export function withoutModality(window: Window, modality: MissingModality, settings: InputSettings): Window {
  const empty =
    modality === 'picture' ? { images: emptyImage(settings) } : { spectrograms: emptySpectrogram(settings) };
  return { ...window, inputs: { ...window.inputs, ...empty }, missing: modality };
}

/** What a reading holds of the window that evaluation looks at. */
export function middleOfReading({ arrays }: Reading): { readonly frame?: Picture; readonly spectrogram: Float32Array } {
  const middle = (Object.keys(arrays).filter((name) => name.startsWith('spectrogram.')).length - 1) >> 1;
  const frame = arrays[`training.${middle}`];
  return {
    ...(frame && { frame: toPicture(frame) }),
    spectrogram: arrays[`spectrogram.${middle}`]!.data as Float32Array,
  };
}

/** Reads an open clip's candidate windows. Throws DuetError for clips with nothing to read. */
async function readClip(media: Media, settings: InputSettings): Promise<Reading> {
  const missing = missingModality(media);
  const windows = candidateWindows(wholeClip(media), frontEnds[settings.frontEnd].seconds);
  const { height, width } = spectrogramSizeOf(settings);
  // Frozen choices of the window make these few, and making a spectrogram takes longer than reading it.
  const spectrograms = (await windowSpectrograms(media, windows, settings)).map(
    (data, window) => [`spectrogram.${window}`, { shape: [1, height, width], data }] as const,
  );
  if (!media.video) return { missing, arrays: Object.fromEntries(spectrograms) };
  const frames = await media.readFrames(windows.map(frameTime));
  const evaluation = evaluationPicture(frames[middleOf(windows)]!, settings);
  const training = frames.map(
    (frame, window) => [`training.${window}`, shaped(trainingPicture(frame, settings))] as const,
  );
  return { missing, arrays: Object.fromEntries([['evaluation', shaped(evaluation)], ...training, ...spectrograms]) };
}

/** A frame in its own size, or scaled down to a short side of `trainingShortSide`. */
function trainingPicture(frame: Picture, settings: InputSettings): Picture {
  const scale = trainingShortSide(settings) / Math.min(frame.width, frame.height);
  if (scale >= 1) return frame;
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return resize(frame, side(frame.width), side(frame.height), settings.resizeFilter);
}

function shaped({ width, height, data }: Picture): Reading['arrays'][string] {
  return { shape: [height, width, 3], data };
}

/** A stored picture; undefined where the clip has none. */
async function pictureOf(reading: StoredReading, name: string): Promise<Picture | undefined> {
  if (!reading.names.includes(name)) return undefined;
  return toPicture(await reading.get(name));
}

function toPicture({ shape, data }: ShapedValues): Picture {
  return { height: shape[0]!, width: shape[1]!, data: data as Uint8Array };
}

function windowsOf({ names }: StoredReading): number {
  return names.filter((name) => name.startsWith('spectrogram.')).length;
}
