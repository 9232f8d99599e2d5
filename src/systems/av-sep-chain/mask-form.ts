// The separator as a mask on bands of the spectrum: the same two roles as in the filterbank form, at a hundredth of its
// cost. Duet's own; the residual blocks are those of Conv-TasNet (Luo and Mesgarani 2019), modulated as FiLM (Perez et
// al. 2018).
// Shapes: B clips, T samples, S frames of a spectrum, Q the condition's width, C channels.
import {
  add,
  concat,
  divide,
  layerNormalization,
  log,
  mean,
  multiply,
  relu,
  reshape,
  sigmoid,
  slice,
  split,
  sqrt,
  subtract,
} from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { linearParameters, normParameters, type ParameterSpecification } from '../../model/parameters.ts';
import { type Weights, within } from '../../model/vit.ts';
import {
  depthwiseConvolution,
  depthwiseParameters,
  globalNorm,
  globalNormParameters,
  type Parameters,
  projection,
} from './layers.ts';
import type { MaskConfig } from './mask-config.ts';
import { embedding, embeddingParameters } from './matching.ts';

const normEpsilon = 1e-5;
const energyFloor = 1e-5;

/** The second is there if there is a production stage, the embeddings if there is semantic matching. */
export type BandMasks = {
  /** [B, S, bands] each. */
  readonly bandMask: Tensor;
  readonly bandMaskProduced?: Tensor;
  /** [B, matchWidth] each. */
  readonly pseudoPhonemes?: Tensor;
  readonly pseudoVisemes?: Tensor;
};

/**
 * @param energies of the mixture in the bands, [B, S, bands].
 * @param visual a frozen feature for each clip [B, visualWidth], or for each frame of the spectrum [B, S, visualWidth].
 * @param factors on the condition and on every block's output in training, [B, factorCount].
 */
export function bandMasks(
  energies: Tensor,
  visual: Tensor,
  weights: Weights,
  config: MaskConfig,
  factors?: Tensor,
): BandMasks {
  const scale = scaleOf(energies);
  const z = scale(energies);
  const seen = visual.shape.length === 2 ? reshape(visual, [visual.shape[0]!, 1, visual.shape[1]!]) : visual;
  const dropout = dropoutBy(factors);
  const logits = perceiveBands(z, seen, weights, config, dropout);
  const bandMask = sigmoid(logits);
  const heardBy = (mask: Tensor) => scale(multiply(energies, multiply(mask, mask)));
  if (!config.production) return { bandMask, ...units(heardBy(bandMask), seen, weights, config) };
  const added = produceBands(heardBy(bandMask), z, seen, within(weights, 'production'), config, dropout);
  const bandMaskProduced = sigmoid(add(logits, added));
  return { bandMask, bandMaskProduced, ...units(heardBy(bandMaskProduced), seen, weights, config) };
}

/** Logarithms of energies [B, S, bands] on the scale on which those of the mixture have mean 0 and deviation 1. */
function scaleOf(energies: Tensor): (energies: Tensor) => Tensor {
  const logarithm = (values: Tensor) => log(add(values, energyFloor));
  const loudness = logarithm(energies);
  const average = mean(loudness, [1, 2], true);
  const centred = subtract(loudness, average);
  const deviation = add(sqrt(mean(multiply(centred, centred), [1, 2], true)), 1e-4);
  return (values) => divide(subtract(logarithm(values), average), deviation);
}

/** The mask's logits [B, S, bands] from the sound, each block modulated by the picture. */
function perceiveBands(z: Tensor, visual: Tensor, weights: Weights, config: MaskConfig, dropout: Dropout): Tensor {
  const condition = dropout(relu(seenThrough(visual, within(weights, 'picture'))));
  const v = projection(z, within(weights, 'perception.input'));
  return bandNetwork(v, condition, within(weights, 'perception'), config, dropout);
}

/** What the second stage adds to the logits: from the picture, each block modulated by the sound frame by frame. */
function produceBands(
  heard: Tensor,
  z: Tensor,
  visual: Tensor,
  weights: Weights,
  config: MaskConfig,
  dropout: Dropout,
): Tensor {
  const condition = dropout(relu(projection(concat([heard, z], 2), within(weights, 'sound'))));
  return bandNetwork(seenThrough(visual, within(weights, 'picture')), condition, weights, config, dropout);
}

/** Multiplies each tensor [B, ..., width] that it is asked about with the next `width` factors, or leaves it as it is. */
type Dropout = (x: Tensor) => Tensor;

function dropoutBy(factors: Tensor | undefined): Dropout {
  if (!factors) return (x) => x;
  let taken = 0;
  return (x) => {
    const width = x.shape.at(-1)!;
    const part = slice(factors, 1, taken, taken + width);
    taken += width;
    return multiply(x, reshape(part, [factors.shape[0]!, 1, width]));
  };
}

/** How many factors a clip needs for dropout. */
export function factorCount({ conditionWidth, channels, dilations, production }: MaskConfig): number {
  const ofBlocks = dilations.length * channels;
  return conditionWidth + ofBlocks + (production ? channels + ofBlocks : 0);
}

function seenThrough(visual: Tensor, weights: Weights): Tensor {
  const normalised = layerNormalization(visual, weights('norm.weight'), weights('norm.bias'), normEpsilon);
  return projection(normalised, within(weights, 'project'));
}

/**
 * @param v [B, S or 1, C].
 * @param condition [B, S or 1, ...].
 */
function bandNetwork(
  v: Tensor,
  condition: Tensor,
  weights: Weights,
  { channels, dilations }: MaskConfig,
  dropout: Dropout,
): Tensor {
  for (const [index, dilation] of dilations.entries()) {
    const block = within(weights, `blocks.${index}`);
    const [gain, shift] = split(projection(condition, within(block, 'film')), 2, [channels, channels]) as [
      Tensor,
      Tensor,
    ];
    const raised = projection(globalNorm(v, within(block, 'norm'), normEpsilon), within(block, 'up'));
    const modulated = relu(add(multiply(raised, add(gain, 1)), shift));
    const mixed = relu(add(depthwiseConvolution(modulated, block('depthwise'), dilation), block('bias')));
    v = add(v, dropout(projection(mixed, within(block, 'down'))));
  }
  return projection(v, within(weights, 'output'));
}

/** What semantic matching compares: the mean loudness of what was separated, and the picture. */
function units(
  heard: Tensor,
  visual: Tensor,
  weights: Weights,
  { matchWeight }: MaskConfig,
): Pick<BandMasks, 'pseudoPhonemes' | 'pseudoVisemes'> {
  if (matchWeight === 0) return {};
  return {
    pseudoPhonemes: embedding(mean(heard, [1]), within(weights, 'speechEmbedding')),
    pseudoVisemes: embedding(mean(visual, [1]), within(weights, 'visualEmbedding')),
  };
}

/** Every parameter by name, in a fixed order. */
export function maskParameters(config: MaskConfig): ReadonlyMap<string, ParameterSpecification> {
  const { bands, channels, conditionWidth, visualWidth, matchWidth } = config;
  const picture = (name: string, width: number): Parameters => [
    ...normParameters(`${name}.norm`, visualWidth),
    ...linearParameters(`${name}.project`, width, visualWidth),
  ];
  const network = (name: string, modulatedBy: number): Parameters => [
    ...config.dilations.flatMap((_, index) => blockParameters(`${name}.blocks.${index}`, channels, modulatedBy)),
    ...linearParameters(`${name}.output`, bands, channels),
  ];
  const parameters = new Map([
    ...picture('picture', conditionWidth),
    ...linearParameters('perception.input', channels, bands),
    ...network('perception', conditionWidth),
  ]);
  const produced = config.production
    ? [
        ...picture('production.picture', channels),
        ...linearParameters('production.sound', channels, 2 * bands),
        ...network('production', channels),
      ]
    : [];
  const matched =
    config.matchWeight === 0
      ? []
      : [
          ...embeddingParameters('speechEmbedding', bands, matchWidth),
          ...embeddingParameters('visualEmbedding', visualWidth, matchWidth),
        ];
  // From zero, so that training starts from the perceived sound.
  for (const [name, specification] of [...produced, ...matched])
    parameters.set(
      name,
      name.startsWith('production.output.')
        ? { ...specification, initialisation: { kind: 'value', value: 0 } }
        : specification,
    );
  return parameters;
}

function blockParameters(name: string, channels: number, modulatedBy: number): Parameters {
  return [
    ...globalNormParameters(`${name}.norm`, channels),
    ...linearParameters(`${name}.up`, channels, channels),
    ...linearParameters(`${name}.film`, 2 * channels, modulatedBy),
    ...depthwiseParameters(`${name}.depthwise`, channels),
    [`${name}.bias`, { shape: [channels], initialisation: { kind: 'value', value: 0 } }],
    ...linearParameters(`${name}.down`, channels, channels),
  ];
}
