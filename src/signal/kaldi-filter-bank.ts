// Kaldi's log mel filter bank ("fbank"), as torchaudio.compliance.kaldi gives it with HTK mode and no dither.
import { symmetricHann } from './hann.ts';
import type { Matrix } from './matrix.ts';
import { type MelBankSettings, melBank } from './mel-bank.ts';
import { powerSpectra } from './power-spectra.ts';

export type KaldiSettings = MelBankSettings & {
  /** Samples in a frame, at most fftSize; zeros fill the rest of the transform. */
  readonly frameLength: number;
  /** Samples from one frame's start to the next one's. */
  readonly hop: number;
  /** How much of the sample before is taken off each sample. */
  readonly preEmphasis: number;
  /** The least filter energy, before the logarithm. */
  readonly floor: number;
};

/**
 * ln(max(filter energy, floor)) as [time, melBins], of 1 + floor((n - frameLength) / hop) frames: none is padded at the
 * edges. Each frame loses its mean, is pre-emphasised, windowed by a symmetric Hann window and zero-padded to the
 * transform's size.
 */
export function kaldiFilterBank(samples: Float32Array, settings: KaldiSettings): Matrix {
  const { frameLength, hop } = settings;
  const frames = Math.max(0, 1 + Math.floor((samples.length - frameLength) / hop));
  return kaldiFilterBankAt(
    samples,
    Array.from({ length: frames }, (_, frame) => frame * hop),
    settings,
  );
}

/** The same of frames that start at the given samples, with zeros where there are none. */
export function kaldiFilterBankAt(
  samples: Float32Array,
  starts: readonly number[],
  settings: Omit<KaldiSettings, 'hop'>,
): Matrix {
  const { frameLength, fftSize, preEmphasis, floor, melBins } = settings;
  const frames = starts.length;
  const window = symmetricHann(frameLength);
  const power = powerSpectra(frames, fftSize, (frame, into) => {
    const start = starts[frame]!;
    let mean = 0;
    for (let n = 0; n < frameLength; n++) mean += samples[start + n] ?? 0;
    mean /= frameLength;
    // The first sample has none before it, so Kaldi takes it off itself.
    let before = (samples[start] ?? 0) - mean;
    for (let n = 0; n < frameLength; n++) {
      const value = (samples[start + n] ?? 0) - mean;
      into[n] = (value - preEmphasis * before) * window[n]!;
      before = value;
    }
  });
  const values = new Float64Array(frames * melBins);
  const filters = nonZeroSpans(melBank(settings));
  for (let frame = 0; frame < frames; frame++) {
    const spectrum = power.values.subarray(frame * power.columns, (frame + 1) * power.columns);
    for (let filter = 0; filter < melBins; filter++) {
      const { start, weights } = filters[filter]!;
      let energy = 0;
      for (let n = 0; n < weights.length; n++) energy += weights[n]! * spectrum[start + n]!;
      values[frame * melBins + filter] = Math.log(Math.max(energy, floor));
    }
  }
  return { rows: frames, columns: melBins, values };
}

/** Each row without the zeros around it. */
function nonZeroSpans(matrix: Matrix): { start: number; weights: Float64Array }[] {
  return Array.from({ length: matrix.rows }, (_, index) => {
    const row = matrix.values.subarray(index * matrix.columns, (index + 1) * matrix.columns);
    const start = Math.max(
      0,
      row.findIndex((weight) => weight !== 0),
    );
    const end = row.findLastIndex((weight) => weight !== 0) + 1;
    return { start, weights: row.subarray(start, end) };
  });
}
