// A waveform of exactly the rate and length a front end takes.
import { resample } from './resample.ts';
import type { Waveform } from './waveform.ts';

export type WaveformFit = {
  readonly sampleRate: number;
  readonly seconds: number;
  /** What fills a shorter sound up: itself again and again, or, after its mean is removed, zeros. */
  readonly padding: 'tile' | 'zero';
};

/** Sound read beyond the window, so that the resampler's filter does not see its edge. Enough for rates above 1 kHz. */
const MARGIN_SECONDS = 0.1;

/**
 * round(seconds * sampleRate) samples: the first `seconds` of a longer sound, a shorter one filled up by the rule.
 * Samples that are not finite count as 0; no samples at all are silence.
 */
export function fitWaveform(waveform: Waveform, fit: WaveformFit): Float32Array {
  const length = Math.round(fit.seconds * fit.sampleRate);
  const kept = waveform.samples.subarray(0, Math.ceil((fit.seconds + MARGIN_SECONDS) * waveform.sampleRate));
  const clean = kept.every(Number.isFinite) ? kept : kept.map((sample) => (Number.isFinite(sample) ? sample : 0));
  const { samples } = resample({ samples: clean, sampleRate: waveform.sampleRate }, fit.sampleRate);
  const fitted = new Float32Array(length);
  fitted.set(samples.subarray(0, length));
  if (samples.length >= length || samples.length === 0) return fitted;
  if (fit.padding === 'tile') {
    for (let filled = samples.length; filled < length; filled *= 2)
      fitted.copyWithin(filled, 0, Math.min(filled, length - filled));
  } else {
    // A sound that is not centred on 0 would otherwise end in a click.
    const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    for (let index = 0; index < samples.length; index++) fitted[index]! -= mean;
  }
  return fitted;
}
