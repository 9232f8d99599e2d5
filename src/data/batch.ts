// What training and evaluation are fed with, and the orders from which it is made.
import type { MediaReference } from '../media/media.ts';
import type { Arrays, Pass, Row } from './intake.ts';
import type { MissingModality } from './model-inputs.ts';

/** B rows side by side; the last batch of a pass may be smaller. */
export type Batch = {
  readonly rows: readonly Row[];
  /** The rows' arrays by name, stacked: [B, ...]. */
  readonly arrays: Arrays;
  /** B. */
  readonly count: number;
};

/** A clip that could not be used, and why. */
export type SkippedClip = { readonly id: string; readonly reason: string };

/** A clip used with a plain picture or silence in place of what it lacks. */
export type SubstitutedClip = { readonly id: string; readonly missing: MissingModality };

/** A clip whose reading is in the cache. */
export type CachedClip = { readonly id: string; readonly key: string; readonly media: MediaReference };

export type BatchOrder = {
  readonly rows: readonly Row[];
  readonly pass: Pass;
  /** Every clip that the rows need. */
  readonly clips: readonly CachedClip[];
};

/** Consecutive groups of `size`; the last may be smaller. */
export function* chunks<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/**
 * The batch size at which as few batches as `most` allows are nearly equal: a small last one would learn from few
 * negatives.
 */
export function evenBatchSize(count: number, most: number): number {
  return Math.ceil(count / Math.max(1, Math.ceil(count / most)));
}
