// The critics of stage 1: small networks on single patches, Wasserstein with gradient penalty (Gulrajani et al. 2017).
// Shapes: B clips, N patches, P values.
import { pullBack } from '../../graph/differentiate.ts';
import {
  add,
  divide,
  greater,
  linear,
  multiply,
  negate,
  reshape,
  sqrt,
  subtract,
  sum,
  where,
} from '../../graph/functions.ts';
import { filled, type Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../model/vit.ts';

/** Patches [B, N, P] to scores [B, N]: linear, LeakyReLU with slope 0.01, linear. */
export function criticScores(patches: Tensor, weights: Weights): Tensor {
  const hidden = linear(patches, weights('fc1.weight'), weights('fc1.bias'));
  const active = where(greater(hidden, 0), hidden, multiply(hidden, 0.01));
  return reshape(linear(active, weights('fc2.weight'), weights('fc2.bias')), patches.shape.slice(0, -1));
}

export type CriticLosses = {
  /** Minus the mean score of the generated patches: what the generator lowers. */
  readonly generator: Tensor;
  /** Mean score of the generated minus that of the real patches. */
  readonly wasserstein: Tensor;
  /** Mean of (|dD/dx| - 1)^2 between real and generated patches. */
  readonly penalty: Tensor;
};

/**
 * @param real [B, N, P].
 * @param generated [B, N, P].
 * @param mask [B, N], 1 for patches that count, else 0; at least one.
 * @param mix [B], 0 to 1: each clip's share of the real patches in what the penalty is taken at.
 */
export function criticLosses(
  real: Tensor,
  generated: Tensor,
  mask: Tensor,
  mix: Tensor,
  weights: Weights,
): CriticLosses {
  const meanOf = (values: Tensor) => divide(sum(multiply(values, mask)), sum(mask));
  const ofGenerated = meanOf(criticScores(generated, weights));
  const share = reshape(mix, [mix.shape[0]!, 1, 1]);
  const between = add(multiply(share, real), multiply(subtract(1, share), generated));
  const scores = criticScores(between, weights);
  const [slope] = pullBack([[scores, filled(1, scores.shape, scores.elementType)]], [between]);
  // Under the root, so that its gradient exists where the slope is zero.
  const length = sqrt(add(sum(multiply(slope!, slope!), [-1]), 1e-12));
  const excess = subtract(length, 1);
  return {
    generator: negate(ofGenerated),
    wasserstein: subtract(ofGenerated, meanOf(criticScores(real, weights))),
    penalty: meanOf(multiply(excess, excess)),
  };
}
