// AVFF's stage 2 (Oorloff et al. 2024): real or fake, from each side's tokens beside what the other side says of them.
// Shapes: B clips, S slices, T tokens of a slice, D channels, R the head's width.
import {
  add,
  concat,
  gelu,
  greater,
  linear,
  mean,
  multiply,
  relu,
  reshape,
  slice,
  subtract,
  where,
} from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { binaryCrossEntropy, crossEntropy } from '../../model/losses.ts';
import type { Model, Stage, Tensors } from '../../model/model.ts';
import { linearParameters, normParameters } from '../../model/parameters.ts';
import { norm, type Weights, within } from '../../model/vit.ts';
import { encodeBoth } from './encoder.ts';
import { type AvffNetwork, type Side, sides, tokenSizes } from './network.ts';
import { type NamedParameters, sharedParameters } from './parameters.ts';

export type DetectSettings = {
  /** `slices` says which slices are fake too; `tokens` is the form of the public re-implementations. */
  readonly head:
    | { readonly kind: 'slices'; readonly width: number /** Of the slices' loss. */; readonly sliceWeight: number }
    | {
        readonly kind: 'tokens';
        readonly width: number /** Share of values dropped in training. */;
        readonly dropout: number;
      };
  /** Factor on the learning rate of the head, which starts again where the rest is tuned. */
  readonly headRate: number;
  /** What stage 2 changes. */
  readonly trains: 'all' | 'head';
};

export const fullDetect: DetectSettings = {
  head: { kind: 'slices', width: 128, sliceWeight: 0.5 },
  headRate: 50,
  trains: 'all',
};

/**
 * Inputs: patches of both sides (`video`, `audio`). Targets: `label` (1 = fake), `counted` (0 for padding); the head
 * `slices` takes `slice_label` [S] (-1 = unknown) too, `tokens` with dropout `keep_1` and `keep_2` [R], factors.
 * Answers: `logit` [B], above 0 for fake; `slice_logits` [B, S] of the head `slices`, `logits` [B, 2] (real, fake) of
 * the head `tokens`.
 */
export function detectModel(network: AvffNetwork, { head, headRate }: DetectSettings): Model {
  const sizes = tokenSizes(network);
  const encode = (inputs: Tensors, trained: Weights) => {
    const { video, audio, a2v, v2a } = encodeBoth({ video: inputs.video!, audio: inputs.audio! }, trained, network);
    return { video: concat([video, a2v], -1), audio: concat([audio, v2a], -1) };
  };
  return {
    parameters: new Map([
      ...sharedParameters(network),
      ...headParameters(network, head).map(([name, layer]) => [name, { ...layer, rate: headRate }] as const),
    ]),
    inputs: {
      video: [sizes.video.tokens, sizes.video.values],
      audio: [sizes.audio.tokens, sizes.audio.values],
    },
    targets: {
      label: [],
      counted: [],
      ...(head.kind === 'slices' && { slice_label: [network.slices] }),
      ...(head.kind === 'tokens' && head.dropout > 0 && { keep_1: [head.width], keep_2: [head.width] }),
    },
    encode: (inputs, _, trained) => encode(inputs, trained),
    losses(features, targets, trained) {
      const weights = within(trained, 'head');
      const { label, counted } = targets as { label: Tensor; counted: Tensor };
      if (head.kind === 'tokens') {
        const logits = tokenHead(features, weights, targets);
        const clips = label.shape[0]!;
        const fake = reshape(label, [clips, 1]);
        const oneHot = multiply(concat([subtract(1, fake), fake], 1), reshape(counted, [clips, 1]));
        const loss = crossEntropy(logits, oneHot);
        return { aims: { network: loss }, logged: { clip: loss, logit: difference(logits) } };
      }
      const sliceLogits = sliceHead(features, weights, network);
      const logit = mean(sliceLogits, [1]);
      const clip = binaryCrossEntropy(logit, label, counted);
      const slices = knownSlices(sliceLogits, targets.slice_label!, counted);
      return { aims: { network: add(clip, multiply(slices, head.sliceWeight)) }, logged: { clip, slices, logit } };
    },
    answers(inputs, _, trained): Tensors {
      const features = encode(inputs, trained);
      const weights = within(trained, 'head');
      if (head.kind === 'slices') {
        const sliceLogits = sliceHead(features, weights, network);
        return { logit: mean(sliceLogits, [1]), slice_logits: sliceLogits };
      }
      const logits = tokenHead(features, weights, {});
      return { logit: difference(logits), logits };
    },
  };
}

/** With `trains: 'head'` nothing before the features changes, so that they are computed once. */
export function detectStage(network: AvffNetwork, settings: DetectSettings): Stage {
  const all = settings.trains === 'all';
  return {
    name: 'detect',
    model: detectModel(network, settings),
    on: all ? 'clips' : 'kept features',
    trains: (parameter) => isOfHead(parameter) || (all && !parameter.endsWith('.pos_embed')),
  };
}

function isOfHead(parameter: string): boolean {
  return parameter.startsWith('head.');
}

function headParameters(network: AvffNetwork, head: DetectSettings['head']): NamedParameters {
  const { width } = head;
  const features = 2 * network.width;
  if (head.kind === 'slices')
    return [
      ...sides.flatMap((side) => [
        ...normParameters(`head.${side}.norm`, features),
        ...linearParameters(`head.${side}.reduce`, width, features),
      ]),
      ...linearParameters('head.fc1', width, 2 * width),
      ...linearParameters('head.fc2', 1, width),
    ];
  return [
    ...sides.flatMap((side) => linearParameters(`head.${side}.reduce`, width, tokenSizes(network)[side].tokens)),
    ...linearParameters('head.fc1', width, 2 * width),
    ...linearParameters('head.fc2', width, width),
    ...linearParameters('head.fc3', 2, width),
  ];
}

/** Features [B, S, T, 2D] of both sides to a logit for each slice, [B, S]. */
function sliceHead(features: Tensors, weights: Weights, { layerNormEpsilon }: AvffNetwork): Tensor {
  const reduced = (side: Side) => {
    const normalised = norm(features[side]!, within(weights, `${side}.norm`), {
      layerNormEpsilon: layerNormEpsilon.fusion,
    });
    return mean(gelu(linear(normalised, weights(`${side}.reduce.weight`), weights(`${side}.reduce.bias`))), [2]);
  };
  const both = concat([reduced('video'), reduced('audio')], -1);
  const hidden = gelu(linear(both, weights('fc1.weight'), weights('fc1.bias')));
  return reshape(linear(hidden, weights('fc2.weight'), weights('fc2.bias')), both.shape.slice(0, 2));
}

/** Features [B, S, T, 2D] of both sides, one number a token, to two logits, [B, 2]. */
function tokenHead(features: Tensors, weights: Weights, { keep_1, keep_2 }: Tensors): Tensor {
  const reduced = (side: Side) => {
    const perToken = mean(features[side]!, [-1]);
    const [clips, slices, tokens] = perToken.shape as [number, number, number];
    const flat = reshape(perToken, [clips, slices * tokens]);
    return linear(flat, weights(`${side}.reduce.weight`), weights(`${side}.reduce.bias`));
  };
  const layer = (x: Tensor, name: string, keep: Tensor | undefined) => {
    const hidden = linear(x, weights(`${name}.weight`), weights(`${name}.bias`));
    return relu(keep ? multiply(hidden, keep) : hidden);
  };
  const both = concat([reduced('video'), reduced('audio')], -1);
  const second = layer(layer(both, 'fc1', keep_1), 'fc2', keep_2);
  return linear(second, weights('fc3.weight'), weights('fc3.bias'));
}

/** Logits [B, 2] of real and fake to one, [B], above 0 for fake. */
function difference(logits: Tensor): Tensor {
  const column = (index: number) => reshape(slice(logits, 1, index, index + 1), [logits.shape[0]!]);
  return subtract(column(1), column(0));
}

/** Binary cross-entropy over the slices of counted clips whose label is not -1; 0 where there is none. */
function knownSlices(logits: Tensor, labels: Tensor, counted: Tensor): Tensor {
  const [clips, slices] = logits.shape as [number, number];
  const isKnown = where(greater(labels, -0.5), reshape(counted, [clips, 1]), 0);
  const flat = (x: Tensor) => reshape(x, [clips * slices]);
  return binaryCrossEntropy(flat(logits), flat(labels), flat(isKnown));
}
