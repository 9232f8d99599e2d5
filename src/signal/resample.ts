// Sound at another sample rate, band-limited.
import { outputsPerBlock, resampleKernel } from './resample-kernel.ts';
import type { Waveform } from './waveform.ts';

/**
 * The sound at `sampleRate` hertz: round(samples * to / from) samples, the first at the same moment as before (linear
 * phase, no shift). Up to 0.9 of the lower rate's Nyquist frequency nothing changes by more than 1e-5; what lies above
 * that Nyquist frequency is down by at least 100 dB. Before and after the sound there is silence. Equal rates return
 * the waveform itself.
 */
export function resample(waveform: Waveform, sampleRate: number): Waveform {
  const { samples, sampleRate: from } = waveform;
  if (from === sampleRate) return waveform;
  if (!(from > 0 && sampleRate > 0 && Number.isFinite(from) && Number.isFinite(sampleRate))) {
    throw new RangeError(`Cannot resample from ${from} Hz to ${sampleRate} Hz: sample rates must be positive.`);
  }
  const kernel = resampleKernel(from, sampleRate);
  const { phases, taps, ratio, block } = kernel;
  const before = taps / 2 - 1;
  const output = new Float32Array(Math.round((samples.length * sampleRate) / from));
  const step = from / sampleRate;

  for (let first = 0; first < output.length; first += outputsPerBlock) {
    // With the silence around the sound written out, the filter needs no conditions.
    const blockStart = Math.floor(first * step) - before;
    const soundStart = Math.max(0, blockStart);
    block.fill(0);
    block.set(samples.subarray(soundStart, Math.max(soundStart, blockStart + block.length)), soundStart - blockStart);
    const end = Math.min(output.length, first + outputsPerBlock);
    for (let index = first; index < end; index++) {
      if (ratio) {
        const place = index * ratio.from;
        const nearest = Math.floor(place / ratio.to);
        const phase = place - nearest * ratio.to;
        output[index] = kernel.filtered(nearest - before - blockStart, phase);
      } else {
        const place = index * step;
        const nearest = Math.floor(place);
        const phase = Math.floor((place - nearest) * phases);
        const part = (place - nearest) * phases - phase;
        const start = nearest - before - blockStart;
        const low = kernel.filtered(start, phase);
        output[index] = low + part * (kernel.filtered(start, phase + 1) - low);
      }
    }
  }
  return { samples: output, sampleRate };
}
