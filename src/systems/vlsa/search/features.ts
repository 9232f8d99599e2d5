// What the frozen backbone says of a stretch of a clip: features of picture and sound, and which things are likely to be
// in the picture. Shapes: C the backbone's width, K the classes of its classifier.

import type { Json } from '../../../data/intake.ts';
import {
  emptyImage,
  evaluationPicture,
  missingModality,
  normalised,
  windowSpectrograms,
} from '../../../data/model-inputs.ts';
import { type InputSettings, spectrogramSizeOf } from '../../../data/settings.ts';
import { type TimeRange, wholeClip, windowAt } from '../../../data/windows.ts';
import { DuetError } from '../../../errors.ts';
import { linear, reshape, slice } from '../../../graph/functions.ts';
import { input } from '../../../graph/tensor.ts';
import { windowStarts } from '../../../infer/timeline.ts';
import type { Media } from '../../../media/media.ts';
import { frozenWeights } from '../../../model/frozen-weights.ts';
import { pictureRows, rowWidths, soundRows } from '../../../model/row-encoder.ts';
import type { OpenSession } from '../../../runtime/session.ts';
import { likelihoods, mostLikely } from '../../../search/concepts.ts';
import { frontEnds } from '../../../signal/front-ends.ts';
import type { Picture } from '../../../signal/picture.ts';
import type { Backbone } from '../../../weights/backbone.ts';
import { createContentHash } from '../../../weights/content-hash.ts';
import type { ClipReader } from '../../system.ts';
import { imagenetNames } from './imagenet-names.ts';

/** Of a stretch; arrays of zeros for what it lacks. */
export type StretchFeatures = {
  /** [2C], the mean over the stretch's frames. */
  readonly picture: Float32Array;
  /** [4C] */
  readonly sound: Float32Array;
  /** [K]: how likely the classifier's classes are, the mean over the frames; only the likeliest are not 0. */
  readonly likely: Float32Array;
  /** [], 1 or 0. */
  readonly has_picture: Float32Array;
  readonly has_sound: Float32Array;
};

/** Frames of a stretch, at the middles of its equal parts. */
const framesOfStretch = 3;
/** Standard deviation of bytes below which a frame shows nothing: black openings would all be like each other. */
const plainDeviation = 4;
/** Loudest sample of a silence. */
const silence = 1e-3;

/** @throws DuetError for a backbone without a classifier of ImageNet's classes. */
export async function openFeatureReader(
  backbone: Backbone,
  settings: InputSettings,
  openSession: OpenSession,
): Promise<ClipReader> {
  const { config, weights } = backbone;
  const classes = weights.get('head.bias')?.shape[0] ?? 0;
  if (classes !== imagenetNames.length)
    throw new DuetError(
      `The backbone ${backbone.source} has no classifier of ImageNet's 1000 classes, by which search learns words; ` +
        'use vit-micro, or a ViT from the hub that was fine-tuned on ImageNet-1k.',
    );
  const frozen = frozenWeights(weights);
  const widths = rowWidths(config);
  const images = input('images', [framesOfStretch, 3, ...config.inputSize]);
  const rows = pictureRows(images, frozen, config);
  const token = reshape(slice(rows, 1, 0, config.width), [framesOfStretch, config.width]);
  const pictures = await openSession({ rows, logits: linear(token, frozen('head.weight'), frozen('head.bias')) });
  const spectrograms = input('spectrograms', [1, 1, ...config.inputSize]);
  const sounds = await openSession({ rows: soundRows(spectrograms, frozen, config) });
  const { seconds } = frontEnds[settings.frontEnd];

  async function seen(frames: readonly Picture[]): Promise<Pick<StretchFeatures, 'picture' | 'likely'> | undefined> {
    const telling = frames.filter((frame) => !isPlain(frame));
    if (telling.length === 0) return undefined;
    const inputs = Array.from({ length: framesOfStretch }, (_, place) => telling[place]).map((frame) =>
      frame ? normalised(evaluationPicture(frame, settings), settings) : emptyImage(settings),
    );
    const results = await pictures.run({ images: joined(inputs) });
    const rowsOf = (name: string, width: number) =>
      telling.map((_, place) => results[name]!.slice(place * width, (place + 1) * width));
    return {
      picture: meanOf(rowsOf('rows', widths.visual)),
      likely: mostLikely(meanOf(rowsOf('logits', classes).map(likelihoods))),
    };
  }

  async function stretch(media: Media, range: TimeRange) {
    const frames = media.video ? await media.readFrames(frameTimes(range)) : [];
    const ofPicture = await seen(frames);
    const isHeard = media.audio && (await loudest(media, range)) > silence;
    const [spectrogram] = isHeard ? await windowSpectrograms(media, [range], settings) : [];
    const heard = spectrogram && (await sounds.run({ spectrograms: spectrogram })).rows!.slice();
    const features: StretchFeatures = {
      picture: ofPicture?.picture ?? new Float32Array(widths.visual),
      likely: ofPicture?.likely ?? new Float32Array(classes),
      sound: heard ?? new Float32Array(widths.audio),
      has_picture: Float32Array.of(Number(ofPicture !== undefined)),
      has_sound: Float32Array.of(Number(heard !== undefined)),
    };
    return { features, frame: frames[frames.length >> 1], spectrogram };
  }

  return {
    async read(media) {
      const { start, end } = wholeClip(media);
      const from = Math.max(start, (start + end - seconds) / 2);
      const { features } = await stretch(media, windowAt(wholeClip(media), from, seconds));
      const shaped = Object.entries(features).map(([name, data]) => [name, { shape: [data.length], data }] as const);
      return { missing: missingModality(media), arrays: Object.fromEntries(shaped) };
    },
    async *windows(media, { hop = seconds }) {
      const missing = missingModality(media);
      for (const start of windowStarts(wholeClip(media).end, seconds, hop)) {
        const range = windowAt(wholeClip(media), start, seconds);
        const { features, frame, spectrogram } = await stretch(media, range);
        yield { ...range, inputs: { ...features, ...(spectrogram && { spectrogram }) }, frame, missing };
      }
    },
    async release() {
      await pictures.release();
      await sounds.release();
    },
  };
}

/** All that a reading depends on: the backbone's hash leaves out its classifier. */
export function featuresKey({ hash, weights }: Backbone, settings: InputSettings): readonly Json[] {
  const { height, width } = spectrogramSizeOf(settings);
  const classifier = createContentHash();
  for (const name of ['head.weight', 'head.bias'] as const)
    classifier.numbers(weights.get(name)?.data ?? new Float32Array(0));
  const made = ['search features 1', framesOfStretch, settings.frontEnd, height, width];
  return [...made, [...settings.mean], [...settings.std], hash, classifier.digest()];
}

function frameTimes({ start, end }: TimeRange): number[] {
  return Array.from({ length: framesOfStretch }, (_, i) => start + ((i + 0.5) * (end - start)) / framesOfStretch);
}

function isPlain({ data }: Picture): boolean {
  let [total, squares] = [0, 0];
  for (const value of data) {
    total += value;
    squares += value * value;
  }
  const mean = total / data.length;
  return squares / data.length - mean * mean < plainDeviation ** 2;
}

async function loudest(media: Media, { start, end }: TimeRange): Promise<number> {
  const { samples } = await media.readWaveform(start, end);
  return samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const values = new Float32Array(parts.length * parts[0]!.length);
  for (const [place, part] of parts.entries()) values.set(part, place * part.length);
  return values;
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(rows[0]!.length);
  for (const row of rows) for (let i = 0; i < row.length; i++) mean[i]! += row[i]! / rows.length;
  return mean;
}
