// The filterbank form as what is judged and predicts, and the band masks of what it separates.
import { subtract } from '../../graph/functions.ts';
import type { Model } from '../../model/model.ts';
import type { MaskGrid } from './apply-masks.ts';
import type { ClipSize, FilterbankConfig } from './filterbank-config.ts';
import { filterbankModel } from './filterbank-model.ts';
import { siSdr } from './losses.ts';
import { melBands } from './mel-bands.ts';
import { mixtureSpectra } from './mixture-spectra.ts';

/**
 * Reads `mixture`, `visual`, and `target`, which is silence where nobody knows it. Answers with the separated sound, whose
 * level is free, the mixture's ratio of signal to distortion and the gain over it, in decibels.
 */
export function chainScoringModel(config: FilterbankConfig, size: ClipSize): Model {
  const model = filterbankModel(config, size);
  return {
    ...model,
    inputs: { ...model.inputs, target: [size.samples] },
    answers(inputs, frozen, trained, extras) {
      const { estimate } = model.answers(inputs, frozen, trained, extras);
      const before = siSdr(inputs.mixture!, inputs.target!);
      return { estimate: estimate!, before, gain: subtract(siSdr(estimate!, inputs.target!), before) };
    },
  };
}

/** The grid of masks by which separated sound is put into a file of any rate and channels. */
export function chainGrid({ sampleRate }: Pick<FilterbankConfig, 'sampleRate'>): MaskGrid {
  return { sampleRate, window: 2 ** Math.round(Math.log2(sampleRate * 0.064)), bands: 256 };
}

/**
 * The mask [frames, bands] that brings a mixture closest to its estimate, whose level is first fitted to the mixture: in
 * each band the gain with the least error, 0 to 1.
 */
export function maskOfEstimate(mixture: Float32Array, estimate: Float32Array, { bands, window, sampleRate }: MaskGrid) {
  let [common, own] = [0, 1e-12];
  for (let i = 0; i < mixture.length; i++) {
    common += mixture[i]! * estimate[i]!;
    own += estimate[i]! ** 2;
  }
  const target = estimate.map((value) => (value * common) / own);
  const { energies, products } = mixtureSpectra({ mixture, target }, window);
  const { gather } = melBands(bands, window, sampleRate);
  const bins = window / 2 + 1;
  return Float32Array.from({ length: (energies.length / bins) * bands }, (_, index) => {
    const [frame, band] = [Math.floor(index / bands), index % bands];
    let [product, energy] = [0, 1e-12];
    for (let bin = 0; bin < bins; bin++) {
      const weight = gather.values[band * bins + bin]!;
      if (weight === 0) continue;
      product += weight * products[frame * bins + bin]!;
      energy += weight * energies[frame * bins + bin]!;
    }
    return Math.max(0, Math.min(1, product / energy));
  });
}
