// Any stretch of a clip's sound as a slice of the whole clip's sound resampled, so that the same moment
// gives the same samples whether it is read alone or as part of a longer stretch.
import type { Media } from '../media/media.ts';
import { resample } from '../signal/resample.ts';

/** Wider than the resampling filter, so that a stretch's edges know what lies beyond them. */
const marginSeconds = 0.05;

/**
 * `count` samples at `sampleRate` hertz, the first of them at time `first / sampleRate`; zeros where the clip has no
 * sound. The clip must have a sound track.
 */
export async function readSound(media: Media, first: number, count: number, sampleRate: number): Promise<Float32Array> {
  const sourceRate = media.audio!.sampleRate;
  if (sourceRate === sampleRate) {
    const { samples } = await media.readWaveform(first / sampleRate, (first + count) / sampleRate);
    return cut(samples, 0, count);
  }
  // Both rates have a sample at every multiple of one grid step, so reading whole steps keeps the two clocks in phase.
  const stepsPerSecond = greatestCommonDivisor(sourceRate, sampleRate);
  const samplesPerStep = sampleRate / stepsPerSecond;
  const margin = Math.ceil(marginSeconds * stepsPerSecond);
  const firstStep = Math.max(0, Math.floor(first / samplesPerStep) - margin);
  const lastStep = Math.ceil((first + count) / samplesPerStep) + margin;
  const source = await media.readWaveform(firstStep / stepsPerSecond, lastStep / stepsPerSecond);
  return cut(resample(source, sampleRate).samples, first - firstStep * samplesPerStep, count);
}

/** Exactly `count` samples from `offset` on, in a buffer of their own. */
function cut(samples: Float32Array, offset: number, count: number): Float32Array {
  const fitted = new Float32Array(count);
  fitted.set(samples.subarray(offset, offset + count));
  return fitted;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
