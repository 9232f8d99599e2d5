// Rows of features from Duet's own frozen backbone, in the place of a large audio-visual encoder.
// Shapes: N moments, S the picture's side, C the backbone's width.
import { concat, mean, reshape, slice } from '../graph/functions.ts';
import type { Tensor } from '../graph/tensor.ts';
import { bandMeans } from './band-means.ts';
import { type VitConfig, vit, type Weights } from './vit.ts';

export const soundBands = 4;

/** How wide the rows of picture and sound are. */
export function rowWidths({ width }: Pick<VitConfig, 'width'>): { readonly visual: number; readonly audio: number } {
  return { visual: 2 * width, audio: soundBands * width };
}

/** Of pictures [N, 3, S, S] the final CLS beside the mean of the patches, [N, 2C]. */
export function pictureRows(pictures: Tensor, frozen: Weights, config: VitConfig): Tensor {
  const { features } = vit(pictures, frozen, config);
  const [count, tokens, width] = features.shape as [number, number, number];
  const cls = reshape(slice(features, 1, 0, 1), [count, width]);
  return concat([cls, mean(slice(features, 1, 1, tokens), [1])], 1);
}

/**
 * Of spectrograms [N, 1, S, S], frequency ascending along rows, the patches' means in bands of frequency half-way
 * through the blocks, [N, 4C]: the end of a backbone trained on pictures says less about sounds.
 */
export function soundRows(spectrograms: Tensor, frozen: Weights, config: VitConfig): Tensor {
  const halfway = { ...config, depth: Math.floor(config.depth / 2) };
  const { hidden } = vit(spectrograms, frozen, halfway);
  const sequence = hidden.at(-1)!;
  const patches = slice(sequence, 1, 1, sequence.shape[1]!);
  return bandMeans(patches, spectrograms.shape[2]! / config.patchSize, soundBands, 'rows');
}
