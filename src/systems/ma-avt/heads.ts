// What is read off the two sequences: class and background logits. `paper` is MA-AVT's pair of linear layers.
// `agreement` gives each modality a class head of its own, whose posteriors must agree where sound and picture belong
// together.
// Shapes: B clips, C channels, K classes, R the relation head's width.
import {
  add,
  concat,
  gelu,
  layerNormalization,
  linear,
  log,
  multiply,
  reshape,
  slice,
  softmax,
  split,
  sum,
} from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Tensors } from '../../model/model.ts';
import { linearParameters, normParameters, type ParameterSpecification } from '../../model/parameters.ts';
import { type Weights, within } from '../../model/vit.ts';
import { featureOf } from './encoder.ts';
import {
  type Modality,
  modalities,
  modalitiesOf,
  type PerModality,
  type PresentModalities,
  present,
} from './modalities.ts';
import type { MaAvtConfig } from './settings.ts';
import { hasStems, stemWidth } from './stems.ts';

export type HeadOutputs = {
  /** [B, K] */
  readonly classLogits: Tensor;
  /** [B] */
  readonly backgroundLogits: Tensor | undefined;
  /** What each modality says by itself, [B, K]; only `agreement` has it. */
  readonly ownLogits: PresentModalities | undefined;
};

/** Factors [B, readWidth] that switch features of a modality off in training. */
export type FeatureMasks = PerModality;

/** How many features of a modality agreement heads read: of the backbone, and of the stem. */
export function readWidth(config: MaAvtConfig, modality: Modality): number {
  return backboneWidth(config, modality) + (hasStems(config) ? stemWidth(config, modality) : 0);
}

/** CLS and the mean of the patches, and the sound's bands. */
function backboneWidth({ vit, soundBands, stems }: MaAvtConfig, modality: Modality): number {
  return stems === 'alone' ? 0 : (2 + (modality === 'audio' ? soundBands : 0)) * vit.width;
}

const relationWidth = 128;
const normEpsilon = 1e-5;

export function heads(
  encoded: Tensors,
  trainable: Weights,
  config: MaAvtConfig,
  masks: FeatureMasks | undefined,
): HeadOutputs {
  return config.heads === 'paper'
    ? paperHeads(encoded, trainable, config)
    : agreementHeads(encoded, trainable, config, masks);
}

/** Steps 6 and 7 of docs/model.md. */
function paperHeads(encoded: Tensors, trainable: Weights, { background }: MaAvtConfig): HeadOutputs {
  const head = (name: string, features: PresentModalities) =>
    linearLayer(concat(present(features), -1), within(trainable, name));
  return {
    classLogits: head('class_head', featureOf(encoded, 'cls')),
    backgroundLogits: background ? flat(head('background_head', featureOf(encoded, 'background'))) : undefined,
    ownLogits: undefined,
  };
}

/**
 * CLS beside the mean of the patches and the sound's bands, normalised, into one class head for each modality, and what
 * its stem says into another; the clip's logits are the sum.
 */
function agreementHeads(
  encoded: Tensors,
  trainable: Weights,
  config: MaAvtConfig,
  masks: FeatureMasks | undefined,
): HeadOutputs {
  const read = (modality: Modality) => {
    const features = featuresRead(encoded, modality, trainable, config);
    return masks ? multiply(features, masks[modality]) : features;
  };
  const [visual, audio] = modalities.map((modality) =>
    modalitiesOf(config).includes(modality) ? read(modality) : undefined,
  );
  const ownLogits = {
    visual: visual && classLogitsOf(visual, 'visual', trainable, config),
    audio: audio && classLogitsOf(audio, 'audio', trainable, config),
  };
  const classLogits = present(ownLogits).reduce(add);
  const background = config.background ? featureOf(encoded, 'background') : undefined;
  if (!background || !visual || !audio) return { classLogits, backgroundLogits: undefined, ownLogits };
  // Probability that both modalities mean one class, were they independent; the relation head adds what classes do not
  // say.
  const agreement = log(add(sum(multiply(softmax(ownLogits.visual!), softmax(ownLogits.audio!)), [1], true), 1e-6)); // [B, 1]
  // Of the stems it hears by their posteriors alone: few clips teach few weights.
  const relate = (features: Tensor, modality: Modality) => {
    const ofBackbone = slice(features, 1, 0, backboneWidth(config, modality));
    return linearLayer(concat([background[modality]!, ofBackbone], -1), within(trainable, `${modality}_relation`)); // [B, R]
  };
  const joint = multiply(relate(visual, 'visual'), relate(audio, 'audio'));
  const hidden = gelu(
    linearLayer(normalised(joint, within(trainable, 'relation_norm')), within(trainable, 'relation_hidden')),
  );
  const logits = add(
    linearLayer(hidden, within(trainable, 'background_head')),
    multiply(agreement, reshape(trainable('agreement_weight'), [1, 1])),
  );
  return { classLogits, backgroundLogits: flat(logits), ownLogits };
}

/** What a modality's heads read: [B, readWidth], the backbone's features first. */
function featuresRead(encoded: Tensors, modality: Modality, trainable: Weights, config: MaAvtConfig): Tensor {
  const [cls, patchMean, bands, stem] = (['cls', 'patch_mean', 'bands', 'stem'] as const).map(
    (name) => featureOf(encoded, name)[modality],
  );
  const parts = [
    ...(cls && config.stems !== 'alone'
      ? [normalised(concat([cls, patchMean!], -1), within(trainable, `${modality}_norm`))]
      : []),
    ...(bands ? [normalised(bands, within(trainable, `${modality}_bands_norm`))] : []),
    ...(stem ? [stem] : []),
  ];
  return concat(parts, -1);
}

/** @param features [B, readWidth]. */
function classLogitsOf(features: Tensor, modality: Modality, trainable: Weights, config: MaAvtConfig): Tensor {
  const heads = [
    ...(config.stems === 'alone' ? [] : [{ name: `${modality}_head`, width: backboneWidth(config, modality) }]),
    ...(hasStems(config) ? [{ name: `${modality}_stem_head`, width: stemWidth(config, modality) }] : []),
  ];
  const widths = heads.map(({ width }) => width);
  return split(features, 1, widths)
    .map((part, index) => linearLayer(part, within(trainable, heads[index]!.name)))
    .reduce(add);
}

/** Parameters of the heads, in a fixed order. */
export function headParameters(config: MaAvtConfig): [string, ParameterSpecification][] {
  const { width } = config.vit;
  const taken = modalitiesOf(config);
  if (config.heads === 'paper')
    return [
      ...linearParameters('class_head', config.classes, taken.length * width),
      ...(config.background ? linearParameters('background_head', 1, 2 * width) : []),
    ];
  const ofStem = (modality: Modality) =>
    linearParameters(`${modality}_stem_head`, config.classes, stemWidth(config, modality));
  if (config.stems === 'alone') return taken.flatMap(ofStem);
  const classHeads = taken.flatMap((modality) => [
    ...normParameters(`${modality}_norm`, 2 * width),
    ...(modality === 'audio' && config.soundBands > 0
      ? normParameters('audio_bands_norm', config.soundBands * width)
      : []),
    ...linearParameters(`${modality}_head`, config.classes, backboneWidth(config, modality)),
    ...(hasStems(config) ? ofStem(modality) : []),
  ]);
  if (!config.background) return classHeads;
  return [
    ...classHeads,
    ...taken.flatMap((modality) =>
      linearParameters(`${modality}_relation`, relationWidth, width + backboneWidth(config, modality)),
    ),
    ...normParameters('relation_norm', relationWidth),
    ...linearParameters('relation_hidden', relationWidth, relationWidth),
    ...linearParameters('background_head', 1, relationWidth),
    // Agreement speaks against background from the start.
    ['agreement_weight', { shape: [1], initialisation: { kind: 'value', value: -1 } }],
  ];
}

function linearLayer(x: Tensor, weights: Weights): Tensor {
  return linear(x, weights('weight'), weights('bias'));
}

function normalised(x: Tensor, weights: Weights): Tensor {
  return layerNormalization(x, weights('weight'), weights('bias'), normEpsilon);
}

function flat(logits: Tensor): Tensor {
  return reshape(logits, [logits.shape[0]!]);
}
