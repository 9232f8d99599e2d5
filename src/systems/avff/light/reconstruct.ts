// The light detector's stage 1, without labels, on real videos: under complementary masks each side's hidden slices are
// predicted from the other side.
// Shapes: B clips, F folds, T moments.
import {
  add,
  concat,
  divide,
  greater,
  mean,
  multiply,
  reshape,
  subtract,
  sum,
  where,
} from '../../../graph/functions.ts';
import { filled, type Tensor } from '../../../graph/tensor.ts';
import type { Model, Stage, Tensors } from '../../../model/model.ts';
import type { Weights } from '../../../model/vit.ts';
import { cells } from './features.ts';
import { type PredictorSettings, predict, predictorParameters, squaredWeights } from './predictors.ts';
import { bands } from './reading.ts';

export type LightReconstructSettings = PredictorSettings & {
  /** T of the longest clip that is seen in one piece. */
  readonly moments: number;
  /** Weight of the squared weights: as in a ridge regression, two times the mean variance of what is read. */
  readonly penalty: number;
};

/**
 * Inputs: `motion` [T, 49], `sound` [T, 8], `seen` [T], 1 where the motion is seen and the sound is not, and `heard`
 * [T], where it is the other way round; neither after the clip's end.
 * Targets: `learns` [F], 0 for the fold that must not see the clip's person, and for padding.
 * Answers: `v2a_errors`, `a2v_errors` [B, F], the mean square error over what was hidden.
 */
export function lightReconstructModel(settings: LightReconstructSettings): Model {
  const { moments, folds, penalty } = settings;
  return {
    parameters: new Map(predictorParameters(settings)),
    inputs: { motion: [moments, cells], sound: [moments, bands], seen: [moments], heard: [moments] },
    targets: { learns: [folds] },
    encode: (inputs, _, trained) => hiddenErrors(inputs, trained, settings),
    losses({ v2a_errors, a2v_errors }, { learns }, trained) {
      const count = sum(learns!);
      const meanOf = (errors: Tensor) => divide(sum(multiply(errors, learns!)), atLeastOne(count));
      const [v2a, a2v] = [meanOf(v2a_errors!), meanOf(a2v_errors!)];
      const weights = squaredWeights(trained, settings);
      // Every fold counts as one of the means above.
      const network = add(add(v2a, a2v), multiply(weights, penalty / folds));
      return { aims: { network }, logged: { v2a, a2v } };
    },
    answers: (inputs, _, trained) => hiddenErrors(inputs, trained, settings),
  };
}

export function lightReconstructStage(settings: LightReconstructSettings): Stage {
  return { name: 'reconstruct', model: lightReconstructModel(settings), on: 'clips', trains: () => true };
}

function hiddenErrors(inputs: Tensors, trained: Weights, settings: LightReconstructSettings): Tensors {
  const { motion, sound, seen, heard } = inputs as Record<'motion' | 'sound' | 'seen' | 'heard', Tensor>;
  const [clips, moments] = seen.shape as [number, number];
  const only = (series: Tensor, mask: Tensor) => multiply(series, reshape(mask, [clips, moments, 1]));
  const errorsOf = (predicted: Tensor, truth: Tensor, hidden: Tensor) => {
    const difference = subtract(predicted, truth);
    const perMoment = mean(multiply(difference, difference), [2]);
    return reshape(divide(sum(multiply(perMoment, hidden), [1]), atLeastOne(sum(hidden, [1]))), [clips, 1]);
  };
  const folds = Array.from({ length: settings.folds }, (_, fold) => ({
    v2a: predict('v2a', fold, only(motion, seen), trained, settings),
    a2v: predict('a2v', fold, only(sound, heard), trained, settings),
  }));
  return {
    v2a_errors: concat(
      folds.map(({ v2a }) => errorsOf(v2a, sound, seen)),
      1,
    ),
    a2v_errors: concat(
      folds.map(({ a2v }) => errorsOf(a2v, motion, heard)),
      1,
    ),
  };
}

/** A count that is safe to divide by. */
function atLeastOne(count: Tensor): Tensor {
  return where(greater(count, 1), count, filled(1, count.shape, count.elementType));
}
