// Dual-path transformer blocks (Subakan et al. 2021, SepFormer) whose way across the chunks is conditional (Lin et al.
// 2023, AV-SepFormer).
// Shapes: B clips, S chunks, K frames in each, N channels; Q sequences of T tokens.
import { add, layerNormalization, relu, reshape, transpose } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { linearParameters, normParameters } from '../../model/parameters.ts';
import { selfAttention, splitQkv, type Weights, within } from '../../model/vit.ts';
import type { FilterbankConfig } from './filterbank-config.ts';
import { globalNorm, globalNormParameters, type Parameters, projection } from './layers.ts';
import { planeSineTable, sineTable } from './sine-tables.ts';

export const layerNormEpsilon = 1e-5;
export const globalNormEpsilon = 1e-8;

/**
 * One pre-norm transformer layer.
 * @param x [Q, T, N].
 * @param condition of the same shape. If it asks, it is added to the layer's path, too; otherwise it only answers.
 */
function layer(x: Tensor, weights: Weights, { heads, query }: FilterbankConfig, condition?: Tensor): Tensor {
  const normalised = (tokens: Tensor, name: string) =>
    layerNormalization(tokens, weights(`${name}.weight`), weights(`${name}.bias`), layerNormEpsilon);
  const attention = splitQkv((name) => weights(`attention.${name.replace('proj.', 'out.')}`));
  const own = normalised(x, 'norm1');
  const other = condition && normalised(condition, 'norm1');
  const conditionAsks = condition && query === 'condition';
  const keys = other && !conditionAsks ? other : own;
  const queries = other && conditionAsks ? other : own;
  const attended = add(
    conditionAsks ? add(x, condition) : x,
    selfAttention([keys], attention, heads, [queries]).output,
  );
  const hidden = relu(projection(normalised(attended, 'norm2'), within(weights, 'up')));
  return add(attended, projection(hidden, within(weights, 'down')));
}

function layerParameters(name: string, { channels, feedForward }: FilterbankConfig): Parameters {
  return [
    ...normParameters(`${name}.norm1`, channels),
    ...linearParameters(`${name}.attention.qkv`, 3 * channels, channels),
    ...linearParameters(`${name}.attention.out`, channels, channels),
    ...normParameters(`${name}.norm2`, channels),
    ...linearParameters(`${name}.up`, feedForward, channels),
    ...linearParameters(`${name}.down`, channels, feedForward),
  ];
}

/** Layers one after the other; only the first is conditional. */
function stack(x: Tensor, layers: number, weights: Weights, config: FilterbankConfig, condition?: Tensor): Tensor {
  for (let index = 0; index < layers; index++)
    x = layer(x, within(weights, `layers.${index}`), config, index === 0 ? condition : undefined);
  return x;
}

/**
 * One block: within the chunks, then across them, or the other way round.
 * @param x [B, S, K, N].
 * @param condition of the same shape, for the way across.
 */
export function dualPathBlock(
  x: Tensor,
  condition: Tensor,
  weights: Weights,
  config: FilterbankConfig,
  order: FilterbankConfig['productionOrder'],
): Tensor {
  const [clips, chunks, chunk, channels] = x.shape as [number, number, number, number];
  const intra = (tokens: Tensor) => {
    const sequences = reshape(add(tokens, sineTable(chunk, channels, x.elementType)), [
      clips * chunks,
      chunk,
      channels,
    ]);
    const passed = reshape(stack(sequences, config.intraLayers, within(weights, 'intra'), config), x.shape);
    return add(tokens, globalNorm(passed, within(weights, 'intraNorm'), globalNormEpsilon));
  };
  const across = (tokens: Tensor) => reshape(transpose(tokens, [0, 2, 1, 3]), [clips * chunk, chunks, channels]);
  const inter = (tokens: Tensor) => {
    const passed = stack(across(tokens), config.interLayers, within(weights, 'inter'), config, across(condition));
    const back = transpose(reshape(passed, [clips, chunk, chunks, channels]), [0, 2, 1, 3]);
    return add(tokens, globalNorm(back, within(weights, 'interNorm'), globalNormEpsilon));
  };
  const placed = add(x, planeSineTable(chunks, chunk, channels, x.elementType));
  return order === 'intra-inter' ? inter(intra(placed)) : intra(inter(placed));
}

export function dualPathParameters(name: string, config: FilterbankConfig): Parameters {
  const layers = (path: 'intra' | 'inter', count: number) =>
    Array.from({ length: count }, (_, index) => layerParameters(`${name}.${path}.layers.${index}`, config)).flat();
  return [
    ...layers('intra', config.intraLayers),
    ...globalNormParameters(`${name}.intraNorm`, config.channels),
    ...layers('inter', config.interLayers),
    ...globalNormParameters(`${name}.interNorm`, config.channels),
  ];
}
