// Frozen text encoders: BERT with pooling (Devlin et al. 2019; Reimers and Gurevych 2019), and the text towers of CLIP
// (Radford et al. 2021) and SigLIP (Zhai et al. 2023). Their weights are asked for by the names in textWeightShapes.
// Shapes: B texts, T tokens, C channels, E width of the vectors.
import {
  add,
  concat,
  divide,
  gather,
  gelu,
  l2Normalise,
  linear,
  multiply,
  relu,
  reshape,
  sigmoid,
  slice,
  subtract,
  sum,
  tanh,
} from '../graph/functions.ts';
import { constant, type Tensor } from '../graph/tensor.ts';
import { block, hiddenScore, hidingBias, norm, selfAttention, type Weights, within } from './vit.ts';

/** GELU by the approximation with a hyperbolic tangent (Hendrycks and Gimpel 2016). */
function tanhGelu(x: Tensor): Tensor {
  const inner = multiply(add(x, multiply(multiply(x, multiply(x, x)), 0.044715)), Math.sqrt(2 / Math.PI));
  return multiply(multiply(x, 0.5), add(tanh(inner), 1));
}

/** By the names of Hugging Face's configurations. */
export const activations = {
  gelu,
  quick_gelu: (x: Tensor) => multiply(x, sigmoid(multiply(x, 1.702))),
  gelu_new: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  relu,
} as const;

export type TextConfig = {
  /** Which order of norms, which positions see which, and whether a projection follows. */
  readonly kind: 'bert' | 'clip' | 'siglip';
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlpWidth: number;
  readonly layerNormEpsilon: number;
  readonly activation: keyof typeof activations;
  /** Of BERT's tokens; CLIP's and SigLIP's vector is that of the last token. */
  readonly pooling: 'mean' | 'first' | 'last';
  /** Tokens in the position table. */
  readonly positions: number;
  readonly vocabulary: number;
  /** Width E of the vectors. */
  readonly outputWidth: number;
};

export type TextWeightName = 'token_embed.weight' | 'pos_embed' | `${string}.${'weight' | 'bias'}`;

/** Every tensor that such an encoder must have, with its shape. BERT's position table holds its token type too. */
export function textWeightShapes(config: TextConfig): Map<TextWeightName, readonly number[]> {
  const { kind, width, depth, mlpWidth, positions, vocabulary, outputWidth } = config;
  const layer = (name: string, outputs: number, inputs: number): [TextWeightName, readonly number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
  const normalisation = (name: string): [TextWeightName, readonly number[]][] => [
    [`${name}.weight`, [width]],
    [`${name}.bias`, [width]],
  ];
  const blocks = Array.from({ length: depth }, (_, index) => `blocks.${index}`).flatMap((name) => [
    ...normalisation(`${name}.norm1`),
    ...['query', 'key', 'value', 'proj'].flatMap((part) => layer(`${name}.attn.${part}`, width, width)),
    ...normalisation(`${name}.norm2`),
    ...layer(`${name}.mlp.fc1`, mlpWidth, width),
    ...layer(`${name}.mlp.fc2`, width, mlpWidth),
  ]);
  return new Map([
    ['token_embed.weight', [vocabulary, width]],
    ['pos_embed', [positions, width]],
    ...normalisation(kind === 'bert' ? 'embed_norm' : 'norm'),
    ...blocks,
    ...(kind === 'bert' ? [] : layer('projection', outputWidth, width).slice(0, kind === 'clip' ? 1 : 2)),
  ]);
}

export type TextInputs = {
  /** [B, T], int64, with the encoder's special tokens; T is at most `positions`, for SigLIP exactly that many. */
  readonly ids: Tensor;
  /** [B, T], 1 for tokens of the text and 0 for padding, which comes after them. */
  readonly mask: Tensor;
};

export type TextOutputs = {
  /** [B, E], unit vectors. */
  readonly embedding: Tensor;
  /** The last layer's tokens, [B, T, C]. */
  readonly hidden: Tensor;
};

export function textEncoder({ ids, mask }: TextInputs, weights: Weights, config: TextConfig): TextOutputs {
  const length = ids.shape[1]!;
  const embedded = add(gather(weights('token_embed.weight'), ids), slice(weights('pos_embed'), 0, 0, length));
  const hidden = config.kind === 'bert' ? bert(embedded, mask, weights, config) : tower(embedded, weights, config);
  const pooled = pool(hidden, mask, config);
  const projected = {
    bert: () => pooled,
    clip: () => linear(pooled, weights('projection.weight')),
    siglip: () => linear(pooled, weights('projection.weight'), weights('projection.bias')),
  };
  return { embedding: l2Normalise(projected[config.kind]()), hidden };
}

/** Norms come after the sums, and padding is hidden. */
function bert(embedded: Tensor, mask: Tensor, weights: Weights, config: TextConfig): Tensor {
  const bias = hidingBias(mask);
  let x = norm(embedded, within(weights, 'embed_norm'), config);
  for (let index = 0; index < config.depth; index++) {
    const own = within(weights, `blocks.${index}`);
    const { output } = selfAttention([x], within(own, 'attn'), config.heads, undefined, bias);
    const attended = norm(add(x, output), within(own, 'norm1'), config);
    const inner = activations[config.activation](linear(attended, own('mlp.fc1.weight'), own('mlp.fc1.bias')));
    x = norm(add(attended, linear(inner, own('mlp.fc2.weight'), own('mlp.fc2.bias'))), within(own, 'norm2'), config);
  }
  return x;
}

/** Norms come first. In CLIP a token sees those before it only, in SigLIP all, padding too, as both were trained. */
function tower(embedded: Tensor, weights: Weights, config: TextConfig): Tensor {
  const bias = config.kind === 'clip' ? causalBias(embedded.shape[1]!) : undefined;
  const settings = { ...config, activation: activations[config.activation] };
  let x = embedded;
  for (let index = 0; index < config.depth; index++)
    x = block([x], within(weights, `blocks.${index}`), settings, undefined, bias).output;
  return norm(x, within(weights, 'norm'), config);
}

function causalBias(length: number): Tensor {
  const values = Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? hiddenScore : 0,
  );
  return constant(values, [length, length]);
}

/** Tokens [B, T, C] to [B, C]. */
function pool(hidden: Tensor, mask: Tensor, { kind, pooling }: TextConfig): Tensor {
  const [count, length, width] = hidden.shape as [number, number, number];
  const at = (position: number) => reshape(slice(hidden, 1, position, position + 1), [count, width]);
  if (pooling === 'first') return at(0);
  if (kind === 'siglip') return at(length - 1);
  // The last token of the text is where the mask falls to 0.
  const none = constant(new Float32Array(count), [count, 1]);
  const next = length > 1 ? concat([slice(mask, 1, 1, length), none], 1) : none;
  const weights = pooling === 'mean' ? mask : subtract(mask, next);
  const total = sum(multiply(hidden, reshape(weights, [count, length, 1])), [1]);
  return pooling === 'mean' ? divide(total, sum(mask, [1], true)) : total;
}
