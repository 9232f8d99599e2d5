// Semantic matching between pseudo-phonemes of the produced speech and pseudo-visemes of the picture: contrastive, as
// in Mu and Yang (2024), AVSepChain; the units themselves are Duet's own.
// Shapes: B clips, n chunks, N channels, M the embedding's width.
import { layerNormalization, mean, relu, slice } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { linearParameters, normParameters } from '../../model/parameters.ts';
import { type Weights, within } from '../../model/vit.ts';
import { layerNormEpsilon } from './dual-path.ts';
import { segment } from './filterbank.ts';
import type { FilterbankConfig, Grid } from './filterbank-config.ts';
import { type Parameters, projection } from './layers.ts';
import { framesOfChunks } from './visual-front.ts';

/**
 * Embeddings of sound and picture, [B, n, M] each, for the chunks that have a frame of their own.
 * @param encoded the produced speech on the encoder's frames, [B, L, N].
 * @param visual frozen features of the frames, [B, F, visualWidth].
 */
export function matchedUnits(
  encoded: Tensor,
  visual: Tensor,
  weights: Weights,
  grid: Grid,
): { readonly pseudoPhonemes: Tensor; readonly pseudoVisemes: Tensor } {
  const count = grid.chunksWithFrames;
  const heard = slice(mean(segment(encoded, grid), [2]), 1, 0, count);
  return {
    pseudoPhonemes: embedding(heard, within(weights, 'speechEmbedding')),
    pseudoVisemes: embedding(framesOfChunks(visual, grid, count), within(weights, 'visualEmbedding')),
  };
}

/** [..., width] to [..., M]. */
export function embedding(x: Tensor, weights: Weights): Tensor {
  const normalised = layerNormalization(x, weights('norm.weight'), weights('norm.bias'), layerNormEpsilon);
  return projection(relu(projection(normalised, within(weights, 'up'))), within(weights, 'out'));
}

export function embeddingParameters(name: string, width: number, matchWidth: number): Parameters {
  return [
    ...normParameters(`${name}.norm`, width),
    ...linearParameters(`${name}.up`, matchWidth, width),
    ...linearParameters(`${name}.out`, matchWidth, matchWidth),
  ];
}

export function matchingParameters({ channels, visualWidth, matchWidth }: FilterbankConfig): Parameters {
  return [
    ...embeddingParameters('speechEmbedding', channels, matchWidth),
    ...embeddingParameters('visualEmbedding', visualWidth, matchWidth),
  ];
}
