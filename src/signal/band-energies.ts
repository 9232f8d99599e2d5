// How loud a sound is in a few broad bands of mel frequency, many times a second.
import { periodicHann } from './hann.ts';
import type { Matrix } from './matrix.ts';
import { type MelBankSettings, melBank } from './mel-bank.ts';
import { powerSpectra } from './power-spectra.ts';

export type BandSettings = MelBankSettings & {
  /** Samples from one step to the next. */
  readonly hop: number;
};

/**
 * Energies [steps, melBins] of windows of `fftSize` samples, Hann-weighted, the middle of step k's at sample k hop;
 * zeros stand before and after the sound.
 */
export function bandEnergies(samples: Float32Array, steps: number, settings: BandSettings): Matrix {
  const { fftSize, hop, melBins } = settings;
  const window = periodicHann(fftSize);
  const power = powerSpectra(steps, fftSize, (step, into) => {
    const start = step * hop - fftSize / 2;
    const end = Math.min(fftSize, samples.length - start);
    for (let n = Math.max(0, -start); n < end; n++) into[n] = samples[start + n]! * window[n]!;
  });
  const filters = melBank(settings);
  const values = new Float64Array(steps * melBins);
  for (let step = 0; step < steps; step++)
    for (let band = 0; band < melBins; band++) {
      let energy = 0;
      for (let bin = 0; bin < power.columns; bin++)
        energy += filters.values[band * filters.columns + bin]! * power.values[step * power.columns + bin]!;
      values[step * melBins + band] = energy;
    }
  return { rows: steps, columns: melBins, values };
}
