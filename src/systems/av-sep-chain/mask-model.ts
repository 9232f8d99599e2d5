// The mask form from sound to sound, as a `Model`.
// Shapes: B clips, T samples, S frames of a spectrum, F bins.
import {
  add,
  concat,
  divide,
  l2Normalise,
  matMul,
  mean,
  multiply,
  split,
  subtract,
  sum,
  transpose,
} from '../../graph/functions.ts';
import { constantLike, type Shape, type Tensor } from '../../graph/tensor.ts';
import { infoNce } from '../../model/losses.ts';
import type { Model } from '../../model/model.ts';
import type { Weights } from '../../model/vit.ts';
import { soundOfSpectra, spectra } from './fourier-frames.ts';
import type { MaskConfig } from './mask-config.ts';
import { type BandMasks, bandMasks, maskParameters } from './mask-form.ts';
import { melBands } from './mel-bands.ts';

/** What is there beside the masks if there is a production stage: [B, T]. */
export type MaskSeparated = BandMasks & {
  /** [B, T] each. */
  readonly perception: Tensor;
  readonly production?: Tensor;
};

/**
 * @param mixture [B, T], T a multiple of half a window.
 * @param visual, factors as `bandMasks` has them.
 */
export function separateByMask(
  mixture: Tensor,
  visual: Tensor,
  weights: Weights,
  config: MaskConfig,
  factors?: Tensor,
): MaskSeparated {
  const { window } = config;
  const mixed = spectra(mixture, window);
  const bins = window / 2 + 1;
  const parts = split(multiply(mixed, mixed), 2, [bins, bins]) as [Tensor, Tensor];
  const masks = bandMasks(bandsOfBins(add(...parts), config), visual, weights, config, factors);
  const masked = (bandMask: Tensor) => {
    const mask = binsOfBands(bandMask, config);
    return soundOfSpectra(multiply(mixed, concat([mask, mask], 2)), window);
  };
  const { bandMask, bandMaskProduced } = masks;
  return {
    ...{ ...masks, perception: masked(bandMask) },
    ...(bandMaskProduced && { production: masked(bandMaskProduced) }),
  };
}

type Banded = Pick<MaskConfig, 'bands' | 'window' | 'sampleRate'>;

/** Energies in bins [B, S, F] as means in the bands [B, S, bands]. */
export function bandsOfBins(energies: Tensor, { bands, window, sampleRate }: Banded): Tensor {
  const { gather } = melBands(bands, window, sampleRate);
  return matMul(
    energies,
    transpose(constantLike(gather.values, [gather.rows, gather.columns], energies.elementType), [1, 0]),
  );
}

/** A mask of the bands [B, S, bands] as one of the bins [B, S, F]. */
export function binsOfBands(mask: Tensor, { bands, window, sampleRate }: Banded): Tensor {
  const { spread } = melBands(bands, window, sampleRate);
  return matMul(mask, transpose(constantLike(spread.values, [spread.rows, spread.columns], mask.elementType), [1, 0]));
}

/**
 * Reads `mixture` [T], `visual` [visualWidth] or [S, visualWidth], and `factors` of dropout if there are any; is compared
 * with `target` [T].
 * @param samples T, a multiple of half a window.
 */
export function maskModel(config: MaskConfig, samples: number, visual: Shape = [config.visualWidth]): Model {
  return {
    parameters: maskParameters(config),
    inputs: { mixture: [samples], visual },
    targets: { target: [samples] },
    encode: ({ mixture, visual, factors }, _frozen, trained) => ({
      mixture: mixture!,
      ...separateByMask(mixture!, visual!, trained, config, factors),
    }),
    losses({ mixture, perception, production, ...units }, { target }) {
      const perceived = shareOfEnergy(perception!, target!, mixture!);
      const produced = production && shareOfEnergy(production, target!, mixture!);
      return sumOfStages(perceived, produced, units, config);
    },
    answers: ({ mixture, visual }, _frozen, trained) => {
      const { bandMask, bandMaskProduced, perception, production } = separateByMask(mixture!, visual!, trained, config);
      return { mask: bandMaskProduced ?? bandMask, estimate: production ?? perception };
    },
  };
}

/** The stages' losses and that of semantic matching as one aim, each logged by itself. */
export function sumOfStages(
  perception: Tensor,
  production: Tensor | undefined,
  { pseudoPhonemes, pseudoVisemes }: Readonly<Record<string, Tensor | undefined>>,
  { temperature, matchWeight }: Pick<MaskConfig, 'temperature' | 'matchWeight'>,
): ReturnType<Model['losses']> {
  const match = pseudoPhonemes && infoNce(l2Normalise(pseudoPhonemes), l2Normalise(pseudoVisemes!), temperature);
  const separation = production ? add(perception, production) : perception;
  return {
    aims: { total: match ? add(separation, multiply(match, matchWeight)) : separation },
    logged: { perception, ...(production && { production }), ...(match && { match }) },
  };
}

/** Energy of the error over that of the mixture, mean over the clips; silence counts nothing. All [B, T]. */
function shareOfEnergy(estimate: Tensor, target: Tensor, mixture: Tensor): Tensor {
  const energy = (x: Tensor) => sum(multiply(x, x), [1]);
  return mean(divide(energy(subtract(estimate, target)), add(energy(mixture), 1e-12)));
}
