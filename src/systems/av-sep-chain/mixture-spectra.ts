// What the training of the mask form reads of a mixture, computed by a fast transform instead of in the graph.
// Shapes: T samples, S frames of n samples, half overlapping, F = n / 2 + 1 bins.
import { fourierTransform } from '../../signal/fourier.ts';
import { periodicHann } from '../../signal/hann.ts';
import { powerSpectra } from '../../signal/power-spectra.ts';
import type { MaskGrid } from './apply-masks.ts';
import { frameCount } from './fourier-frames.ts';
import { melBands } from './mel-bands.ts';
import type { Mixture } from './mix.ts';

export type MixtureSpectra = {
  /** Of the mixture's spectrum X: |X|^2, [S, F]. */
  readonly energies: Float32Array;
  /** Real part of X times the conjugate of the target's spectrum, [S, F]. */
  readonly products: Float32Array;
  /** Of the target's spectrum, all of it: [1]. */
  readonly energy: Float32Array;
};

/** The frames are those of `spectra` in fourier-frames.ts. @param window n; T is a multiple of half of it. */
export function mixtureSpectra({ mixture, target }: Mixture, window: number): MixtureSpectra {
  const [half, frames] = [window / 2, frameCount(mixture.length, window)];
  const bins = half + 1;
  const root = periodicHann(window).map(Math.sqrt);
  const transform = fourierTransform(window);
  const [energies, products] = [new Float32Array(frames * bins), new Float32Array(frames * bins)];
  const [real, imaginary] = [new Float64Array(window), new Float64Array(window)];
  let energy = 0;
  for (let frame = 0; frame < frames; frame++) {
    const start = (frame - 1) * half;
    // Both are real: one as the real, one as the imaginary part; symmetry tells them apart afterwards.
    for (let n = 0; n < window; n++) {
      real[n] = root[n]! * (mixture[start + n] ?? 0);
      imaginary[n] = root[n]! * (target[start + n] ?? 0);
    }
    transform(real, imaginary);
    for (let bin = 0; bin < bins; bin++) {
      const mirror = bin === 0 ? 0 : window - bin;
      const mixedReal = (real[bin]! + real[mirror]!) / 2;
      const mixedImaginary = (imaginary[bin]! - imaginary[mirror]!) / 2;
      const wantedReal = (imaginary[bin]! + imaginary[mirror]!) / 2;
      const wantedImaginary = (real[mirror]! - real[bin]!) / 2;
      energies[frame * bins + bin] = mixedReal ** 2 + mixedImaginary ** 2;
      products[frame * bins + bin] = mixedReal * wantedReal + mixedImaginary * wantedImaginary;
      energy += wantedReal ** 2 + wantedImaginary ** 2;
    }
  }
  return { energies, products, energy: Float32Array.of(energy) };
}

/** A sound's mean energies in the bands, which add up to 1: [bands]. */
export function meanSpectrum(sound: Float32Array, { bands, window, sampleRate }: MaskGrid): Float32Array {
  const root = periodicHann(window).map(Math.sqrt);
  const count = Math.max(1, Math.floor(sound.length / window));
  const { columns, values } = powerSpectra(count, window, (frame, into) => {
    for (let n = 0; n < window; n++) into[n] = root[n]! * (sound[frame * window + n] ?? 0);
  });
  const { gather } = melBands(bands, window, sampleRate);
  const sums = Float32Array.from({ length: bands }, (_, band) => {
    let energy = 0;
    for (let index = 0; index < values.length; index++)
      energy += gather.values[band * columns + (index % columns)]! * values[index]!;
    return energy;
  });
  const total = sums.reduce((sum, value) => sum + value, 0) + 1e-12;
  return sums.map((value) => value / total);
}
