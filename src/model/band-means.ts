// Where in frequency a sound's patches say what they say.
import { concat, mean, reshape, slice } from '../graph/functions.ts';
import type { Tensor } from '../graph/tensor.ts';

/**
 * Patches [B, P, C] of a grid of so many rows to the means over bands of frequency, [B, bands C], the lowest first.
 * @param axis along which axis of the grid frequency runs.
 */
export function bandMeans(patches: Tensor, rows: number, bands: number, axis: 'rows' | 'columns'): Tensor {
  const [clips, patchCount, width] = patches.shape as [number, number, number];
  const grid = reshape(patches, [clips, rows, patchCount / rows, width]);
  const along = axis === 'columns' ? 2 : 1;
  const edge = (band: number) => Math.floor((band * grid.shape[along]!) / bands);
  const means = Array.from({ length: bands }, (_, band) =>
    mean(slice(grid, along, edge(band), edge(band + 1)), [1, 2]),
  );
  return concat(means, 1);
}
