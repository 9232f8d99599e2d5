// How many clips pass the blocks together for their activations to fit a cache of a given size.
import type { Backbone } from '../weights/backbone.ts';

/** What a core's share of the last cache holds on most processors. */
export const usualActivationBytes = 10e6;

/**
 * As many clips as keep a block's widest activation near `bytes`; but at most sixteen chunks of a batch, as every chunk is a copy of
 * the whole graph that ONNX Runtime has to plan.
 */
export function chunkOfBytes(
  bytes: number,
  { config: { patchSize, mlpWidth } }: Pick<Backbone, 'config'>,
  [height, width]: readonly [number, number],
  batchSize: number,
): number {
  // Picture and sound, in float32.
  const bytesOfClip = 2 * 4 * mlpWidth * ((height * width) / patchSize ** 2);
  return Math.min(batchSize, Math.max(Math.round(bytes / bytesOfClip), Math.ceil(batchSize / 16)));
}
