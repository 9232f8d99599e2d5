// The Vision Transformer (Dosovitskiy et al. 2021) in timm's form: pre-norm blocks, exact GELU. Weights stay as timm
// lays them out.
// Shapes: N sequences, T tokens, C channels, H heads, D = C / H, P patches.
import {
  add,
  concat,
  expand,
  gelu,
  layerNormalization,
  linear,
  matMul,
  multiply,
  reshape,
  softmax,
  split,
  subtract,
  sum,
  transpose,
} from '../graph/functions.ts';
import { filled, type Tensor } from '../graph/tensor.ts';

export type VitConfig = {
  readonly patchSize: number;
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlpWidth: number;
  /** Height and width of its pictures in pixels. */
  readonly inputSize: readonly [number, number];
  readonly layerNormEpsilon: number;
};

/** What one block needs to know. */
export type BlockConfig = Pick<VitConfig, 'heads' | 'layerNormEpsilon'> & {
  /** Between the two layers of the MLP. Default: exact GELU. */
  readonly activation?: (x: Tensor) => Tensor;
};

/**
 * Gives a weight by timm's name, such as `blocks.0.norm1.weight`; `qkv` is asked for in its parts `query`, `key` and
 * `value`.
 */
export type Weights = (name: string) => Tensor;

/** Weights of one part of a model: `within(weights, 'blocks.0')('norm1.bias')`. */
export function within(weights: Weights, part: string): Weights {
  return (name) => weights(`${part}.${name}`);
}

/** Pictures [N, 3 or 1, height, width] to patch embeddings [N, P, C]; one channel counts as three equal ones. */
export function patchEmbedding(pictures: Tensor, weights: Weights, { patchSize, width }: VitConfig): Tensor {
  const [count, channels, pictureHeight, pictureWidth] = pictures.shape as [number, number, number, number];
  const rows = pictureHeight / patchSize;
  const columns = pictureWidth / patchSize;
  const grid = reshape(pictures, [count, channels, rows, patchSize, columns, patchSize]);
  const patches = reshape(transpose(grid, [0, 2, 4, 1, 3, 5]), [count, rows * columns, channels * patchSize ** 2]);
  const kernel = weights('patch_embed.proj.weight'); // [C, 3, patch, patch]
  const matrix = channels === 1 ? sum(kernel, [1]) : kernel;
  return linear(patches, reshape(matrix, [width, channels * patchSize ** 2]), weights('patch_embed.proj.bias'));
}

/** The same weights, with every `qkv` [3C, ...] cut into `query`, `key` and `value`. */
export function splitQkv(weights: Weights): Weights {
  const parts = new Map<string, readonly Tensor[]>();
  return (name) => {
    const part = ['query', 'key', 'value'].findIndex((part) => name.split('.').includes(part));
    if (part < 0) return weights(name);
    const whole = name.replace(/query|key|value/, 'qkv');
    if (!parts.has(whole)) {
      const qkv = weights(whole);
      const width = qkv.shape[0]! / 3;
      parts.set(whole, split(qkv, 0, [width, width, width]));
    }
    return parts.get(whole)![part]!;
  };
}

/**
 * The same as `splitQkv`, with every key bias zero and untrained: it adds the same to all scores of a query, which
 * softmax ignores, so that its gradient is nothing but rounding.
 */
export function withoutKeyBias(weights: Weights): Weights {
  const parts = splitQkv(weights);
  return (name) => {
    const weight = parts(name);
    return name.endsWith('key.bias') ? filled(0, weight.shape, weight.elementType) : weight;
  };
}

/** Added to a score, it leaves nothing of a key after the softmax. */
export const hiddenScore = -1e9;

/** What to add to the scores, [N, 1, 1, T], for keys of which `shown` [N, T] is 1, and 0 where they are hidden. */
export function hidingBias(shown: Tensor): Tensor {
  const [count, length] = shown.shape as [number, number];
  return reshape(multiply(subtract(1, shown), hiddenScore), [count, 1, 1, length]);
}

export type AttentionOutput = {
  /** [N, queries, C] */
  readonly output: Tensor;
  /** Scaled scores before softmax, [N, H, queries, T]. */
  readonly scores: Tensor;
};

/**
 * Tokens [N, T, C] in one or several parts along T. What is computed for each part by itself has its way back only
 * where somebody asks for that part's gradients.
 */
export type Parts = readonly Tensor[];

/**
 * Multi-head self-attention, scores scaled by 1 / sqrt(D).
 * @param x [N, T, C], which keys and values come from.
 * @param queries [N, queries, C], by default `x`: fewer where only some tokens are read afterwards.
 * @param bias added to the scores: it broadcasts to [N, H, queries, T], and is `hiddenScore` where a key is hidden.
 */
export function selfAttention(x: Parts, weights: Weights, heads: number, queries = x, bias?: Tensor): AttentionOutput {
  const [count, , width] = x[0]!.shape as [number, number, number];
  const headWidth = width / heads;
  const projected = (tokens: Parts, part: string) =>
    concat(
      tokens.map((rows) => linear(rows, weights(`${part}.weight`), weights(`${part}.bias`))),
      1,
    );
  // Heads join the sequences' axis; a transposition beside the product then stays one of its own, and ONNX Runtime
  // takes it and the scaling into the product, on the way back as well.
  const perHead = (tokens: Tensor) => {
    const length = tokens.shape[1]!;
    const apart = transpose(reshape(tokens, [count, length, heads, headWidth]), [0, 2, 1, 3]);
    return reshape(apart, [count * heads, length, headWidth]);
  };
  const query = perHead(projected(queries, 'query'));
  const key = perHead(projected(x, 'key'));
  const value = perHead(projected(x, 'value'));
  const ofPairs = matMul(multiply(query, headWidth ** -0.5), transpose(key, [0, 2, 1])); // [N H, queries, T]
  const length = query.shape[1]!;
  const apart = [count, heads, length, key.shape[1]!];
  const scores = bias ? reshape(add(reshape(ofPairs, apart), bias), ofPairs.shape) : ofPairs;
  const mixed = transpose(reshape(matMul(softmax(scores), value), [count, heads, length, headWidth]), [0, 2, 1, 3]);
  return {
    output: linear(reshape(mixed, [count, length, width]), weights('proj.weight'), weights('proj.bias')),
    scores: reshape(scores, apart),
  };
}

/**
 * One transformer block.
 * @param x [N, T, C].
 * @param read picks the tokens that are read after the block; by default all. Only these are computed.
 * @param bias added to the attention's scores; see selfAttention.
 */
export function block(
  x: Parts,
  weights: Weights,
  config: BlockConfig,
  read?: (x: Tensor) => Tensor,
  bias?: Tensor,
): AttentionOutput {
  const normalised = x.map((rows) => norm(rows, within(weights, 'norm1'), config));
  const queries = read && [read(concat(normalised, 1))];
  const { output, scores } = selfAttention(normalised, within(weights, 'attn'), config.heads, queries, bias);
  const whole = concat(x, 1);
  const attended = add(read ? read(whole) : whole, output);
  const { activation = gelu } = config;
  const hidden = activation(
    linear(norm(attended, within(weights, 'norm2'), config), weights('mlp.fc1.weight'), weights('mlp.fc1.bias')),
  );
  return { output: add(attended, linear(hidden, weights('mlp.fc2.weight'), weights('mlp.fc2.bias'))), scores };
}

/** Layer normalisation over the channels. */
export function norm(x: Tensor, weights: Weights, { layerNormEpsilon }: Pick<VitConfig, 'layerNormEpsilon'>): Tensor {
  return layerNormalization(x, weights('weight'), weights('bias'), layerNormEpsilon);
}

/**
 * The plain ViT: pictures [N, 3, height, width] to features [N, 1 + P, C] after the final norm, and the tokens before
 * block 0 and after each block.
 */
export function vit(
  pictures: Tensor,
  weights: Weights,
  config: VitConfig,
): { readonly features: Tensor; readonly hidden: readonly Tensor[] } {
  const patches = patchEmbedding(pictures, weights, config);
  const cls = expand(weights('cls_token'), [pictures.shape[0]!, 1, config.width]);
  const hidden = [add(concat([cls, patches], 1), weights('pos_embed'))];
  for (let layer = 0; layer < config.depth; layer++)
    hidden.push(block([hidden[layer]!], within(weights, `blocks.${layer}`), config).output);
  return { features: norm(hidden.at(-1)!, within(weights, 'norm'), config), hidden };
}
