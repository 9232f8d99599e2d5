// The mask form as a `Model`.
import { add, divide, l2Normalise, mean, multiply, subtract, sum } from '../../graph/functions.ts';
import type { Shape, Tensor } from '../../graph/tensor.ts';
import { infoNce } from '../../model/losses.ts';
import type { Model } from '../../model/model.ts';
import { siSdr } from './losses.ts';
import type { MaskConfig } from './mask-config.ts';
import { maskParameters, separateByMask } from './mask-form.ts';

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
    losses({ mixture, perception, production, pseudoPhonemes, pseudoVisemes }, { target }) {
      const perceived = shareOfEnergy(perception!, target!, mixture!);
      const produced = production && shareOfEnergy(production, target!, mixture!);
      const match =
        pseudoPhonemes && infoNce(l2Normalise(pseudoPhonemes), l2Normalise(pseudoVisemes!), config.temperature);
      // What each clip gains: for people, not for training.
      const gain = subtract(siSdr(production ?? perception!, target!), siSdr(mixture!, target!));
      const separation = produced ? add(perceived, produced) : perceived;
      return {
        aims: { total: match ? add(separation, multiply(match, config.matchWeight)) : separation },
        logged: { gain, perception: perceived, ...(produced && { production: produced }), ...(match && { match }) },
      };
    },
    answers: ({ mixture, visual }, _frozen, trained) => {
      const { bandMask, bandMaskProduced, perception, production } = separateByMask(mixture!, visual!, trained, config);
      return { mask: bandMaskProduced ?? bandMask, estimate: production ?? perception };
    },
  };
}

/** Energy of the error over that of the mixture, mean over the clips; silence counts nothing. All [B, T]. */
function shareOfEnergy(estimate: Tensor, target: Tensor, mixture: Tensor): Tensor {
  const energy = (x: Tensor) => sum(multiply(x, x), [1]);
  return mean(divide(energy(subtract(estimate, target)), add(energy(mixture), 1e-12)));
}
