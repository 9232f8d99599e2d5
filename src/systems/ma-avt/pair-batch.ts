// A batch of pairs by MA-AVT's own names.
import type { Batch } from '../../data/batch.ts';
import type { MaAvtTarget } from './epoch-plan.ts';

export type PairBatch = {
  /** [B, 3, height, width], normalised. */
  readonly images: Float32Array;
  /** [B, 1, height, width]. */
  readonly spectrograms: Float32Array;
  /** [B] class indices of the pairs; -1 for background. */
  readonly labels: Int32Array;
  /** [B] class indices of what picture and sound show by themselves. */
  readonly pictureLabels: Int32Array;
  readonly soundLabels: Int32Array;
  readonly pictureIds: readonly string[];
  /** The same as the picture's, but for background pairs. */
  readonly soundIds: readonly string[];
  /** B. */
  readonly count: number;
};

export function pairBatch({ rows, arrays, count }: Batch): PairBatch {
  const targets = rows.map(({ target }) => target as MaAvtTarget);
  return {
    images: arrays.images as Float32Array,
    spectrograms: arrays.spectrograms as Float32Array,
    labels: Int32Array.from(targets, ({ label }) => label),
    pictureLabels: Int32Array.from(targets, ({ picture }) => picture),
    soundLabels: Int32Array.from(targets, ({ sound }) => sound),
    pictureIds: rows.map(({ clips }) => clips[0]!),
    soundIds: rows.map(({ clips }) => clips[1]!),
    count,
  };
}
