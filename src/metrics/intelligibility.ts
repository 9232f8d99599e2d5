// How well speech is understood: STOI (Taal et al. 2011) and ESTOI (Jensen and Taal 2016).
import { fourierTransform } from '../signal/fourier.ts';
import { symmetricHann } from '../signal/hann.ts';
import { resample } from '../signal/resample.ts';
import type { Waveform } from '../signal/waveform.ts';

const sampleRate = 10_000;
const frame = 256;
const hop = frame / 2;
const transformSize = 2 * frame;
const bandCount = 15;
/** Frames that are compared together. */
const segment = 30;
/** Quieter frames than this below the loudest one count as pauses, in decibels. */
const dynamicRange = 40;
const clipping = 1 + 10 ** (15 / 20);
const tiny = Number.EPSILON;

const window = symmetricHann(frame + 2).subarray(1, -1);

/** For each band the bins of its spectrum: thirds of an octave from 150 Hz on. */
const bands = Array.from({ length: bandCount }, (_, band) => {
  const nearest = (exponent: number) => Math.round((150 * 2 ** (exponent / 6) * transformSize) / sampleRate);
  return { start: nearest(2 * band - 1), end: nearest(2 * band + 1) };
});

/**
 * Short-time objective intelligibility, about 0 to 1, of an estimate by its target, both of one rate and length.
 * @returns null where the target has less than 0.4 seconds of sound.
 */
export function stoi(estimate: Waveform, target: Waveform): number | null {
  return overSegments(estimate, target, (x, y) => {
    let total = 0;
    for (let band = 0; band < bandCount; band++) {
      const [s, e] = [x.map((values) => values[band]!), y.map((values) => values[band]!)];
      const scale = norm(s) / (norm(e) + tiny);
      const clipped = e.map((value, i) => Math.min(scale * value, s[i]! * clipping));
      total += dot(normalised(s), normalised(clipped));
    }
    return total / bandCount;
  });
}

/** Extended short-time objective intelligibility, which also holds where the noise comes and goes. */
export function estoi(estimate: Waveform, target: Waveform): number | null {
  const rowsThenColumns = (frames: readonly Float64Array[]) => {
    const byBand = Array.from({ length: bandCount }, (_, band) => normalised(frames.map((values) => values[band]!)));
    return frames.map((_, index) => normalised(byBand.map((values) => values[index]!)));
  };
  return overSegments(estimate, target, (x, y) => {
    const [s, e] = [rowsThenColumns(x), rowsThenColumns(y)];
    return s.reduce((total, values, index) => total + dot(values, e[index]!), 0) / segment;
  });
}

/** The mean of a measure of the bands in every `segment` successive frames of target and estimate. */
function overSegments(
  estimate: Waveform,
  target: Waveform,
  measure: (target: Float64Array[], estimate: Float64Array[]) => number,
): number | null {
  const [x, y] = withoutPauses(resample(target, sampleRate).samples, resample(estimate, sampleRate).samples);
  const [ofTarget, ofEstimate] = [bandSpectra(x), bandSpectra(y)];
  const count = ofTarget.length - segment + 1;
  if (count < 1) return null;
  let total = 0;
  for (let start = 0; start < count; start++)
    total += measure(ofTarget.slice(start, start + segment), ofEstimate.slice(start, start + segment));
  return total / count;
}

/** Both signals of the frames in which the target is not silent, added up again. */
function withoutPauses(target: Float32Array, estimate: Float32Array): [Float64Array, Float64Array] {
  const frames = framesOf(target);
  const loudness = frames.map((values) => 20 * Math.log10(norm(values) + tiny));
  const loudest = loudness.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const kept = loudness.flatMap((level, index) => (level > loudest - dynamicRange ? [index] : []));
  const joined = (all: readonly Float64Array[]) => {
    const signal = new Float64Array(kept.length === 0 ? 0 : (kept.length - 1) * hop + frame);
    for (const [place, index] of kept.entries())
      for (let i = 0; i < frame; i++) signal[place * hop + i]! += all[index]![i]!;
    return signal;
  };
  return [joined(frames), joined(framesOf(estimate))];
}

/** As in the authors' program and those after it, a last frame that ends with the signal is left out. */
function framesOf(signal: Float32Array | Float64Array): Float64Array[] {
  return Array.from({ length: Math.max(0, Math.ceil((signal.length - frame) / hop)) }, (_, index) =>
    window.map((weight, i) => weight * signal[index * hop + i]!),
  );
}

/** For each frame the root of each band's energy. */
function bandSpectra(signal: Float64Array): Float64Array[] {
  const transform = fourierTransform(transformSize);
  return framesOf(signal).map((values) => {
    const real = new Float64Array(transformSize);
    const imaginary = new Float64Array(transformSize);
    real.set(values);
    transform(real, imaginary);
    return Float64Array.from(bands, ({ start, end }) => {
      let total = 0;
      for (let bin = start; bin < end; bin++) total += real[bin]! ** 2 + imaginary[bin]! ** 2;
      return Math.sqrt(total);
    });
  });
}

function norm(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]! ** 2;
  return Math.sqrt(total);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, value, index) => total + value * b[index]!, 0);
}

/** With mean 0 and length 1. */
function normalised(values: readonly number[]): number[] {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const length = norm(centred) + tiny;
  return centred.map((value) => value / length);
}
