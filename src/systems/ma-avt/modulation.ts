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
import { inputsOf } from '../../graph/inputs-of.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { ChangedGradients, Tensors } from '../../model/model.ts';
import { weightsFrom } from '../../model/parameters.ts';
import type { Weights } from '../../model/vit.ts';
import { featureOf } from './encoder.ts';
import { type Modality, modalities, type PerModality, type PresentModalities } from './modalities.ts';
import type { MaAvtConfig } from './settings.ts';

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
  ownLogits: PresentModalities | undefined,
  encoded: Tensors,
  classes: Tensor,
  trainable: Weights,
  config: MaAvtConfig,
): PerModality {
  const highest = max(classes, [1], true);
  const isTrue = multiply(cast(equal(classes, highest), 'float32'), cast(greater(highest, 0), 'float32'));
  const score = (logits: Tensor) => sum(multiply(softmax(logits), isTrue));
  const logits = ownLogits ?? partsOfJointHead(featureOf(encoded, 'cls'), trainable, config);
  if (!logits.visual || !logits.audio) throw new Error('gradients can only be modulated between two modalities');
  return { visual: score(logits.visual), audio: score(logits.audio) };
}

/** What each half of the joint linear head says, with half of its bias. */
function partsOfJointHead(cls: PresentModalities, trainable: Weights, { vit }: MaAvtConfig) {
  const columns = split(trainable('class_head.weight'), 1, [vit.width, vit.width]);
  const half = (modality: Modality, index: number) =>
    cls[modality] && linear(cls[modality], columns[index]!, multiply(trainable('class_head.bias'), 0.5));
  return { visual: half('visual', 0), audio: half('audio', 1) };
}

/** The gradients of `loss`, those of everything that acts before the features modulated. */
export function modulatedGradients(
  loss: Tensor,
  ownLogits: PresentModalities | undefined,
  encoded: Tensors,
  classes: Tensor,
  parameters: ReadonlyMap<string, Tensor>,
  config: MaAvtConfig,
): ChangedGradients {
  const variables = [...parameters.values()];
  const plain = differentiate(loss, variables);
  const factors = modulationFactors(modalityScores(ownLogits, encoded, classes, weightsFrom(parameters), config));
  const seeds = modalities.flatMap((modality) => {
    const names = Object.keys(encoded).filter((name) => name.startsWith(modality) && !name.endsWith('.attention'));
    return differentiate(
      loss,
      names.map((name) => encoded[name]!),
    ).map((gradient, index) => [encoded[names[index]!]!, multiply(gradient, factors[modality])] as const);
  });
  const modulated = pullBack(seeds, variables);
  const early = inputsOf(Object.values(encoded));
  return {
    gradients: [...parameters.keys()].map((name, index) => (early.has(name) ? modulated : plain)[index]!),
    noise: new Map(
      [...parameters.keys()].flatMap((name, index) => (early.has(name) ? [[name, deviation(plain[index]!)]] : [])),
    ),
  };
}

function deviation(values: Tensor): Tensor {
  const centred = subtract(values, mean(values));
  return sqrt(mean(multiply(centred, centred)));
}
