// On-the-fly gradient modulation, OGM (Peng et al. 2022, arXiv 2203.15332, section 3): in each step the modality that
// is ahead has the gradient that flows back into its features shortened, so that the other can catch up.
import { differentiate, pullBack } from '../../graph/differentiate.ts';
import {
  cast,
  divide,
  equal,
  greater,
  linear,
  max,
  mean,
  multiply,
  softmax,
  split,
  sqrt,
  subtract,
  sum,
  tanh,
  where,
} from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../model/vit.ts';
import { headParameters } from './heads.ts';
import { type Modality, modalities, type PerModality } from './modalities.ts';
import type { MaAvtOutputs } from './model.ts';
import { type MaAvtConfig, trainableParameters } from './settings.ts';

const strength = 0.1;

/**
 * 1 - tanh(0.1 ratio) for the modality whose score is the greater, ratio times the other's; 1 for the other. Scores are
 * scalars.
 */
export function modulationFactors(scores: PerModality): PerModality {
  const factor = (own: Tensor, other: Tensor) => {
    const ratio = divide(own, other);
    return where(greater(ratio, 1), subtract(1, tanh(multiply(ratio, strength))), 1);
  };
  return { visual: factor(scores.visual, scores.audio), audio: factor(scores.audio, scores.visual) };
}

/**
 * Each modality's probability of the true class, summed over the clips that have one.
 * @param classes [B, K], the targets.
 */
export function modalityScores(
  outputs: MaAvtOutputs,
  classes: Tensor,
  trainable: Weights,
  config: MaAvtConfig,
): PerModality {
  const highest = max(classes, [1], true);
  const isTrue = multiply(cast(equal(classes, highest), 'float32'), cast(greater(highest, 0), 'float32'));
  const score = (logits: Tensor) => sum(multiply(softmax(logits), isTrue));
  const logits = outputs.ownLogits ?? partsOfJointHead(outputs, trainable, config);
  if (!logits.visual || !logits.audio) throw new Error('gradients can only be modulated between two modalities');
  return { visual: score(logits.visual), audio: score(logits.audio) };
}

/** What each half of the joint linear head says, with half of its bias. */
function partsOfJointHead({ features }: MaAvtOutputs, trainable: Weights, { vit }: MaAvtConfig) {
  const columns = split(trainable('class_head.weight'), 1, [vit.width, vit.width]);
  const half = (modality: Modality, index: number) =>
    features.cls[modality] &&
    linear(features.cls[modality], columns[index]!, multiply(trainable('class_head.bias'), 0.5));
  return { visual: half('visual', 0), audio: half('audio', 1) };
}

export type ModulatedGradients = {
  /** One for each parameter, in their order. */
  readonly gradients: readonly Tensor[];
  /**
   * Standard deviation of the entries that a gradient would have without modulation, a scalar for each parameter before
   * the heads.
   */
  readonly deviations: ReadonlyMap<string, Tensor>;
};

/** The gradients of `loss`, those of everything before the heads modulated. */
export function modulatedGradients(
  loss: Tensor,
  outputs: MaAvtOutputs,
  classes: Tensor,
  parameters: ReadonlyMap<string, Tensor>,
  config: MaAvtConfig,
): ModulatedGradients {
  const variables = [...parameters.values()];
  const plain = differentiate(loss, variables);
  const factors = modulationFactors(modalityScores(outputs, classes, (name) => parameters.get(name)!, config));
  const { cls, background, patchMean, bands, shared } = outputs.features;
  const seeds = modalities.flatMap((modality) => {
    const features = [cls, background, patchMean, bands, ...shared].flatMap((part) => part?.[modality] ?? []);
    return differentiate(loss, features).map(
      (gradient, index) => [features[index]!, multiply(gradient, factors[modality])] as const,
    );
  });
  const modulated = pullBack(seeds, variables);
  const before = parametersBeforeHeads(config);
  return {
    gradients: [...parameters.keys()].map((name, index) => (before.has(name) ? modulated : plain)[index]!),
    deviations: new Map(
      [...parameters.keys()].flatMap((name, index) => (before.has(name) ? [[name, deviation(plain[index]!)]] : [])),
    ),
  };
}

/** The parameters that act on the features, by name; the others act on what the losses make of these. */
export function parametersBeforeHeads(config: MaAvtConfig): Set<string> {
  const heads = new Set(headParameters(config).map(([name]) => name));
  const names = [...trainableParameters(config).keys()];
  return new Set(names.filter((name) => !heads.has(name) && !/^(visual|audio)_projection/.test(name)));
}

function deviation(values: Tensor): Tensor {
  const centred = subtract(values, mean(values));
  return sqrt(mean(multiply(centred, centred)));
}
