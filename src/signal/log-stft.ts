// The log-magnitude short-time Fourier transform, as librosa's `stft` with its defaults.
import { periodicHann } from './hann.ts';
import type { Matrix } from './matrix.ts';
import { powerSpectra } from './power-spectra.ts';

export type StftSettings = {
  /** Samples in a frame, also the size of the transform. */
  readonly fftSize: number;
  /** Samples from one frame's start to the next one's. */
  readonly hop: number;
  /** Added to the magnitude before the logarithm. */
  readonly floor: number;
};

/** Zeros put before and after the sound, so that the first frame's middle is the first sample. */
export function stftPadding(settings: Pick<StftSettings, 'fftSize'>): number {
  return Math.floor(settings.fftSize / 2);
}

/**
 * |STFT| as [frequency, time]: floor(fftSize / 2) + 1 bins from 0 Hz up, 1 + floor((n + 2 padding - fftSize) / hop)
 * frames, periodic Hann window. `samples` must fill at least one frame with its padding.
 */
export function stftMagnitudes(samples: Float32Array, settings: Omit<StftSettings, 'floor'>): Matrix {
  const { fftSize, hop } = settings;
  const padding = stftPadding(settings);
  const frames = 1 + Math.floor((samples.length + 2 * padding - fftSize) / hop);
  const window = periodicHann(fftSize);
  const power = powerSpectra(frames, fftSize, (frame, into) => {
    const start = frame * hop - padding;
    const end = Math.min(fftSize, samples.length - start);
    for (let n = Math.max(0, -start); n < end; n++) into[n] = samples[start + n]! * window[n]!;
  });
  const bins = power.columns;
  const values = new Float64Array(bins * frames);
  for (let bin = 0; bin < bins; bin++) {
    for (let frame = 0; frame < frames; frame++) {
      values[bin * frames + frame] = Math.sqrt(power.values[frame * bins + bin]!);
    }
  }
  return { rows: bins, columns: frames, values };
}

/** ln(|STFT| + floor), laid out as stftMagnitudes. */
export function logStft(samples: Float32Array, settings: StftSettings): Matrix {
  const magnitudes = stftMagnitudes(samples, settings);
  return { ...magnitudes, values: magnitudes.values.map((value) => Math.log(value + settings.floor)) };
}
