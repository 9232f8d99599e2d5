// How many clips pass the blocks together: on processors as many as their caches hold the activations of.
import type { VitConfig } from './vit.ts';

/** The same work in smaller portions costs more than the cache gains. */
const fewest = 2;

/**
 * The largest of equal portions of so many clips: as many together as keep a block's widest activation near `bytes`,
 * but two at least.
 */
export function clipsTogether(
  clips: number,
  bytes: number,
  { patchSize, mlpWidth, inputSize: [height, width] }: Pick<VitConfig, 'patchSize' | 'mlpWidth' | 'inputSize'>,
): number {
  // Picture and sound, in float32.
  const bytesOfClip = 2 * 4 * mlpWidth * ((height * width) / patchSize ** 2);
  const fitting = Math.min(clips, Math.max(fewest, Math.round(bytes / bytesOfClip)));
  return Math.ceil(clips / Math.ceil(clips / fitting));
}
