// The sound front ends by name: from a waveform to the picture of it that the network sees.
import { fitWaveform, type WaveformFit } from './fit-waveform.ts';
import { type KaldiSettings, kaldiFilterBank } from './kaldi-filter-bank.ts';
import { logStft, type StftSettings } from './log-stft.ts';
import type { Matrix } from './matrix.ts';
import { resizeMap } from './resize-map.ts';
import type { Waveform } from './waveform.ts';

/** One of the keys of `frontEnds`. */
export type FrontEndName = 'vggsound' | 'cremad' | 'ave';

export type Analysis =
  | { readonly kind: 'stft'; readonly settings: StftSettings }
  | { readonly kind: 'kaldi'; readonly settings: KaldiSettings };

export type MapNormalisation =
  /**
   * (x - mean) / deviation with the clip's own mean and population deviation; 0 throughout where the deviation is less
   * than `flatBelow`.
   */
  | { readonly kind: 'per-clip'; readonly flatBelow: number }
  /** (x - mean) / (2 deviation). */
  | { readonly kind: 'fixed'; readonly mean: number; readonly deviation: number };

/** How a stretch of sound becomes a spectrogram. */
export type FrontEnd = WaveformFit & {
  readonly name: FrontEndName;
  readonly height: 224;
  readonly width: 224;
  /** What goes down and what goes across. Frequency and time both ascend. */
  readonly axes: 'frequency-time' | 'time-frequency';
  readonly analysis: Analysis;
  readonly normalisation: MapNormalisation;
  /** The sound as the analysis takes it: resampled, cut or filled up to round(seconds * sampleRate) samples. */
  prepare(waveform: Waveform): Float32Array;
  /**
   * The normalised spectrogram, height x width numbers, all finite; at another size the 224 x 224 one, resized
   * bilinearly. Silence gives 0 throughout with `vggsound` and `cremad`. With `ave` it gives -1.8437, ln(floor)
   * normalised, and 0 in the row of zeros that pads 223 frames to 224.
   */
  spectrogram(waveform: Waveform, size?: { readonly height: number; readonly width: number }): Float32Array;
};

const SIZE = 224;

/** Far above the rounding of single precision, far below what any sound gives. */
const PER_CLIP: MapNormalisation = { kind: 'per-clip', flatBelow: 1e-4 };

/** All front ends. Their settings are those of the published MA-AVT runs on the data sets of these names. */
export const frontEnds: Readonly<Record<FrontEndName, FrontEnd>> = {
  vggsound: frontEnd({
    name: 'vggsound',
    sampleRate: 16_000,
    seconds: 5,
    padding: 'tile',
    axes: 'frequency-time',
    analysis: { kind: 'stft', settings: { fftSize: 446, hop: 358, floor: 1e-7 } },
    normalisation: PER_CLIP,
  }),
  cremad: frontEnd({
    name: 'cremad',
    sampleRate: 22_050,
    seconds: 3,
    padding: 'tile',
    axes: 'frequency-time',
    analysis: { kind: 'stft', settings: { fftSize: 447, hop: 296, floor: 1e-7 } },
    normalisation: PER_CLIP,
  }),
  ave: frontEnd({
    name: 'ave',
    sampleRate: 16_000,
    seconds: 1,
    padding: 'zero',
    axes: 'time-frequency',
    analysis: {
      kind: 'kaldi',
      settings: {
        sampleRate: 16_000,
        frameLength: 400,
        // 4.4 ms, of which Kaldi keeps the whole samples.
        hop: 70,
        fftSize: 512,
        melBins: 224,
        lowestFrequency: 20,
        highestFrequency: 8000,
        preEmphasis: 0.97,
        // The single-precision epsilon.
        floor: 2 ** -23,
      },
    },
    normalisation: { kind: 'fixed', mean: -4.1426, deviation: 3.2001 },
  }),
};

/** Along which axis of its spectrograms frequency runs. */
export function frequencyAxis(name: FrontEndName): 'rows' | 'columns' {
  return frontEnds[name].axes === 'frequency-time' ? 'rows' : 'columns';
}

function frontEnd(description: Omit<FrontEnd, 'height' | 'width' | 'prepare' | 'spectrogram'>): FrontEnd {
  const prepare = (waveform: Waveform) => fitWaveform(waveform, description);
  return {
    ...description,
    height: SIZE,
    width: SIZE,
    prepare,
    spectrogram(waveform, size = { height: SIZE, width: SIZE }) {
      const map = normalise(analyse(prepare(waveform), description.analysis), description.normalisation);
      return Float32Array.from(resizeMap(padRows(map, SIZE), size.height, size.width).values);
    },
  };
}

function analyse(samples: Float32Array, analysis: Analysis): Matrix {
  return analysis.kind === 'stft' ? logStft(samples, analysis.settings) : kaldiFilterBank(samples, analysis.settings);
}

function normalise(map: Matrix, normalisation: MapNormalisation): Matrix {
  if (normalisation.kind === 'fixed') {
    const { mean, deviation } = normalisation;
    return { ...map, values: map.values.map((value) => (value - mean) / (2 * deviation)) };
  }
  const mean = map.values.reduce((sum, value) => sum + value, 0) / map.values.length;
  const variance = map.values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / map.values.length;
  const scale = Math.sqrt(variance) < normalisation.flatBelow ? 0 : 1 / Math.sqrt(variance);
  return { ...map, values: map.values.map((value) => (value - mean) * scale) };
}

/** Rows of zeros below, up to `rows`. */
function padRows(map: Matrix, rows: number): Matrix {
  if (map.rows === rows) return map;
  const values = new Float64Array(rows * map.columns);
  values.set(map.values);
  return { rows, columns: map.columns, values };
}
