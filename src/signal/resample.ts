// Sound at another sample rate, band-limited.
import { resampleKernel } from './resample-kernel.ts';
import type { Waveform } from './waveform.ts';

const OUTPUTS_PER_BLOCK = 4096;

/**
 * The sound at `sampleRate` hertz: round(samples * to / from) samples, the first at the same moment as before (linear phase, no
 * shift). Up to 0.9 of the lower rate's Nyquist frequency nothing changes by more than 1e-5; what lies above that Nyquist
 * frequency is down by at least 100 dB. Before and after the sound there is silence. Equal rates return the waveform itself.
 */
export function resample(waveform: Waveform, sampleRate: number): Waveform {
  const { samples, sampleRate: from } = waveform;
  if (from === sampleRate) return waveform;
  if (!(from > 0 && sampleRate > 0 && Number.isFinite(from) && Number.isFinite(sampleRate))) {
    throw new RangeError(`Cannot resample from ${from} Hz to ${sampleRate} Hz: sample rates must be positive.`);
  }
  const kernel = resampleKernel(from, sampleRate);
  const { phases, taps, rows, ratio } = kernel;
  const before = taps / 2 - 1;
  const output = new Float32Array(Math.round((samples.length * sampleRate) / from));
  const step = from / sampleRate;
  const block = new Float64Array(Math.ceil(OUTPUTS_PER_BLOCK * step) + taps + 1);

  for (let first = 0; first < output.length; first += OUTPUTS_PER_BLOCK) {
    // Doubles, with the silence around the sound written out, so that the inner loop needs no conditions.
    const blockStart = Math.floor(first * step) - before;
    const soundStart = Math.max(0, blockStart);
    block.fill(0);
    block.set(samples.subarray(soundStart, Math.max(soundStart, blockStart + block.length)), soundStart - blockStart);
    const end = Math.min(output.length, first + OUTPUTS_PER_BLOCK);
    for (let index = first; index < end; index++) {
      if (ratio) {
        const place = index * ratio.from;
        const nearest = Math.floor(place / ratio.to);
        const phase = place - nearest * ratio.to;
        output[index] = dot(block, nearest - before - blockStart, rows, phase * taps, taps);
      } else {
        const place = index * step;
        const nearest = Math.floor(place);
        const phase = Math.floor((place - nearest) * phases);
        const part = (place - nearest) * phases - phase;
        const start = nearest - before - blockStart;
        const low = dot(block, start, rows, phase * taps, taps);
        output[index] = low + part * (dot(block, start, rows, (phase + 1) * taps, taps) - low);
      }
    }
  }
  return { samples: output, sampleRate };
}

/** The sum of products of `count` numbers, a multiple of four, from each array. */
function dot(left: Float64Array, leftStart: number, right: Float64Array, rightStart: number, count: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let n = 0; n < count; n += 4) {
    a += left[leftStart + n]! * right[rightStart + n]!;
    b += left[leftStart + n + 1]! * right[rightStart + n + 1]!;
    c += left[leftStart + n + 2]! * right[rightStart + n + 2]!;
    d += left[leftStart + n + 3]! * right[rightStart + n + 3]!;
  }
  return a + b + (c + d);
}
