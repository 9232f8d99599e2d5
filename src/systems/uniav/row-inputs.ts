// What the backbone looks at for each row of a clip: the frame at the row's moment, and a short spectrogram about it.
// Clips are read stretch by stretch, so that hours of video need no more memory than minutes.
import { evaluationPicture, missingModality, normalised } from '../../data/model-inputs.ts';
import { readSound } from '../../data/read-sound.ts';
import { type InputSettings, imageSizeOf, type Size } from '../../data/settings.ts';
import { wholeClip } from '../../data/windows.ts';
import { joinFloat32 } from '../../files/tensor-values.ts';
import type { Media } from '../../media/media.ts';
import { logStft } from '../../signal/log-stft.ts';
import { resizeMap } from '../../signal/resize-map.ts';
import { gridOf, secondsOf } from './seconds.ts';

const sampleRate = 16_000;
/** Frames of 5 ms and as many bins: a row hears 1.12 s. */
const stft = { fftSize: 446, hop: 80, floor: 1e-5 };
const side = 224;
/** Standardised spectrograms are as loud as the backbone likes them at this factor. */
const spectrogramScale = 0.5;
/** Below this deviation a clip is silent, and its spectrograms are zeros. */
const flatBelow = 1e-4;
const secondsPerStretch = 20;

export type RowInputSettings = InputSettings & {
  /** Rows a second. */
  readonly rate: number;
};

/** The inputs of some rows that follow each other. A clip's missing modality is left out. */
export type RowInputs = {
  /** Index of the first row. */
  readonly first: number;
  readonly count: number;
  /** [count, 3, height, width] */
  readonly images: Float32Array | undefined;
  /** [count, 1, height, width], standardised over the whole clip, frequency ascending along rows. */
  readonly spectrograms: Float32Array | undefined;
};

/** Rows that a clip of so many seconds has: the last may reach past its end. */
export function rowCount(duration: number, rate: number): number {
  return Math.max(1, Math.ceil(duration * rate - 1e-6));
}

/** All rows of an open clip, in order. @throws DuetError for a clip with neither picture nor sound. */
export async function* rowInputs(media: Media, settings: RowInputSettings): AsyncGenerator<RowInputs> {
  missingModality(media);
  const rows = rowCount(wholeClip(media).end, settings.rate);
  const perStretch = Math.max(1, Math.round(secondsPerStretch * settings.rate));
  const level = media.audio && (await soundLevel(media));
  for (let first = 0; first < rows; first += perStretch) {
    const count = Math.min(perStretch, rows - first);
    const moments = Array.from({ length: count }, (_, i) => secondsOf(first + i, gridOf(settings.rate)));
    yield {
      ...{ first, count },
      images: media.video && (await images(media, moments, settings)),
      spectrograms: level && (await spectrograms(media, moments, level, imageSizeOf(settings))),
    };
  }
}

async function images(media: Media, moments: readonly number[], settings: RowInputSettings): Promise<Float32Array> {
  // A clip may last longer than its picture; the last frame then stays.
  const frames = await media.readFrames(moments);
  const pictures = frames.map((frame) => normalised(evaluationPicture(frame, settings), settings));
  return joinFloat32(pictures);
}

/** Mean of a clip's log-magnitudes, and one over their deviation, or 0 where that says nothing. */
type SoundLevel = { readonly mean: number; readonly factor: number };

async function soundLevel(media: Media): Promise<SoundLevel> {
  const frames = Math.ceil((media.duration * sampleRate) / stft.hop);
  const perStretch = Math.round((secondsPerStretch * sampleRate) / stft.hop);
  let [count, sum, squares] = [0, 0, 0];
  for (let first = 0; first < frames; first += perStretch) {
    const { values } = await stftFrames(media, first, Math.min(perStretch, frames - first));
    count += values.length;
    for (const value of values) {
      sum += value;
      squares += value * value;
    }
  }
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
  return { mean, factor: deviation < flatBelow ? 0 : 1 / deviation };
}

async function spectrograms(
  media: Media,
  moments: readonly number[],
  level: SoundLevel,
  { height, width }: Size,
): Promise<Float32Array> {
  const starts = moments.map((moment) => Math.round((moment * sampleRate) / stft.hop) - side / 2);
  const first = starts[0]!;
  const { columns, values } = await stftFrames(media, first, starts.at(-1)! - first + side);
  return joinFloat32(
    starts.map((start) => {
      const map = new Float64Array(side * side);
      for (let bin = 0; bin < side; bin++)
        for (let frame = 0; frame < side; frame++) {
          const value = values[bin * columns + start - first + frame]!;
          map[bin * side + frame] = (value - level.mean) * level.factor * spectrogramScale;
        }
      return Float32Array.from(resizeMap({ rows: side, columns: side, values: map }, height, width).values);
    }),
  );
}

/** Log-magnitudes of `count` frames from frame `first` on, whose middles lie `hop` samples apart: [bins, count]. */
async function stftFrames(media: Media, first: number, count: number) {
  // As many frames more before and behind as keep the transform's own padding out of those that are asked for.
  const margin = Math.ceil(stft.fftSize / 2 / stft.hop);
  const from = (first - margin) * stft.hop;
  const length = (count + 2 * margin) * stft.hop;
  const samples = new Float32Array(length);
  const inClip = Math.max(0, from);
  samples.set(await readSound(media, inClip, Math.max(1, from + length - inClip), sampleRate), inClip - from);
  const { rows, columns, values } = logStft(samples, stft);
  const kept = new Float32Array(rows * count);
  for (let bin = 0; bin < rows; bin++)
    for (let frame = 0; frame < count; frame++) kept[bin * count + frame] = values[bin * columns + margin + frame]!;
  return { columns: count, values: kept };
}
