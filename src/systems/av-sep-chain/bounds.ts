// What masks reach that nobody learned: the ideal one, which knows the parts, and one that is the same at all times.
// Shapes: T samples, frames of n samples, half overlapping, F = n / 2 + 1 bins.
import { siSdrGain } from '../../metrics/separation.ts';
import { fourierTransform } from '../../signal/fourier.ts';
import { periodicHann } from '../../signal/hann.ts';
import type { MaskGrid } from './apply-masks.ts';
import { melBands } from './mel-bands.ts';
import type { Mixture } from './mix.ts';

/** Gain in decibels of the ideal ratio mask: the target's share of the parts' magnitudes. */
export function idealRatioGain(mixture: Mixture, window: number): number | null {
  return maskedGain(mixture, window, (_, target, rest) => target / (target + rest + 1e-9));
}

/** Gain in decibels of a mask [bands] that holds for all frames. */
export function steadyMaskGain(mixture: Mixture, mask: Float32Array, { bands, window, sampleRate }: MaskGrid) {
  const { spread } = melBands(bands, window, sampleRate);
  const gains = Float64Array.from({ length: window / 2 + 1 }, (_, bin) =>
    mask.reduce((sum, value, band) => sum + value * spread.values[bin * bands + band]!, 0),
  );
  return maskedGain(mixture, window, (bin) => gains[bin]!);
}

/** @param gainAt of a bin of a frame by the magnitudes of target and rest. */
function maskedGain(
  { mixture, target }: Mixture,
  window: number,
  gainAt: (bin: number, target: number, rest: number) => number,
): number | null {
  const half = window / 2;
  const root = periodicHann(window).map(Math.sqrt);
  const transform = fourierTransform(window);
  const estimate = new Float32Array(mixture.length);
  const [real, imaginary] = [new Float64Array(window), new Float64Array(window)];
  for (let start = -half; start < mixture.length; start += half) {
    // Target and rest as real and imaginary part; symmetry tells their spectra apart.
    for (let n = 0; n < window; n++) {
      const wanted = target[start + n] ?? 0;
      real[n] = root[n]! * wanted;
      imaginary[n] = root[n]! * ((mixture[start + n] ?? 0) - wanted);
    }
    transform(real, imaginary);
    for (let bin = 0; bin <= half; bin++) {
      const mirror = bin === 0 ? 0 : window - bin;
      const wanted = Math.hypot(real[bin]! + real[mirror]!, imaginary[bin]! - imaginary[mirror]!) / 2;
      const rest = Math.hypot(imaginary[bin]! + imaginary[mirror]!, real[mirror]! - real[bin]!) / 2;
      const gain = gainAt(bin, wanted, rest) / window;
      for (const place of bin === mirror ? [bin] : [bin, mirror]) {
        real[place]! *= gain;
        imaginary[place]! *= gain;
      }
    }
    // With the parts exchanged, the forward transform is the inverse one; the parts add up to the masked mixture.
    transform(imaginary, real);
    for (let n = Math.max(0, -start); n < window && start + n < mixture.length; n++)
      estimate[start + n]! += root[n]! * (real[n]! + imaginary[n]!);
  }
  return siSdrGain(estimate, target, mixture);
}
