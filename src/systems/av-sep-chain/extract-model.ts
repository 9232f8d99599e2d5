// The mask form on what a frozen backbone has seen. It learns on spectra that are computed with the mixture, without the
// transforms from sound and back, which would take most of a step; it is judged, and predicts, from sound to sound.
// Shapes of one clip: T samples, S frames of a spectrum, F bins.
import { add, divide, mean, multiply, subtract, sum } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Model } from '../../model/model.ts';
import { type ClassSpectraSize, classSpectraMask, classSpectraParameters } from './class-spectra.ts';
import { frameCount } from './fourier-frames.ts';
import { siSdr } from './losses.ts';
import type { MaskConfig } from './mask-config.ts';
import { bandMasks, factorCount, maskParameters } from './mask-form.ts';
import { bandsOfBins, binsOfBands, maskModel, sumOfStages } from './mask-model.ts';

/**
 * Reads `energies` of the mixture's bins [S, F], `visual` [visualWidth] and `factors` of dropout; is compared with
 * `products`, the real part of the mixture's spectrum times the target's conjugate [S, F], and `energy`, that of the
 * target's spectrum [1].
 */
export function extractModel(config: MaskConfig, samples: number, bound: ClassSpectraSize): Model {
  const frames = frameCount(samples, config.window);
  const bins = config.window / 2 + 1;
  return {
    parameters: new Map([...maskParameters(config), ...classSpectraParameters(bound)]),
    inputs: { energies: [frames, bins], visual: [config.visualWidth], factors: [factorCount(config)] },
    targets: { products: [frames, bins], energy: [1] },
    encode: ({ energies, visual, factors }, _frozen, trained) => ({
      energies: energies!,
      ...bandMasks(bandsOfBins(energies!, config), visual!, trained, config, factors),
    }),
    losses({ energies, bandMask, bandMaskProduced, ...units }, { products, energy }) {
      const share = (bandMask: Tensor) => {
        const mask = binsOfBands(bandMask, config);
        const error = subtract(multiply(multiply(mask, mask), energies!), multiply(multiply(mask, 2), products!));
        const ofError = add(sum(error, [1, 2]), sum(energy!, [1]));
        return mean(divide(ofError, add(sum(energies!, [1, 2]), 1e-9)));
      };
      return sumOfStages(share(bandMask!), bandMaskProduced && share(bandMaskProduced), units, config);
    },
    answers: maskModel(config, samples).answers,
  };
}

/**
 * The same for evaluation and prediction: reads `mixture`, `visual`, and `target`, which is silence where nobody knows
 * it. Answers with the mask, the mixture's ratio of signal to distortion and the gain over it, in decibels, and the mask
 * of the bound by classes where there are any.
 */
export function scoringModel(config: MaskConfig, samples: number, bound: ClassSpectraSize): Model {
  const model = maskModel(config, samples);
  const ofBound = classSpectraParameters(bound);
  return {
    ...model,
    parameters: new Map([...model.parameters, ...ofBound]),
    inputs: { ...model.inputs, target: [samples] },
    answers(inputs, frozen, trained, extras) {
      const { mask, estimate } = model.answers(inputs, frozen, trained, extras);
      const before = siSdr(inputs.mixture!, inputs.target!);
      return {
        ...{ mask: mask!, before, gain: subtract(siSdr(estimate!, inputs.target!), before) },
        ...(ofBound.length > 0 && { boundMask: classSpectraMask(inputs.visual!, trained, bound) }),
      };
    },
  };
}
