// The feed of training and evaluation: what it is asked for and what it gives.
import type { Batch, SkippedClip, SubstitutedClip } from './batch.ts';
import type { Split } from './dataset.ts';
import type { Pass } from './intake.ts';

export type PrepareProgress = { readonly done: number; readonly total: number; readonly failed: number };
export type PrepareOptions = {
  /** Default: all splits. */
  readonly splits?: readonly Split[];
  readonly onProgress?: (progress: PrepareProgress) => void;
  readonly signal?: AbortSignal;
};

/** Batches of a data set's clips, loaded ahead. Close it when done. */
export type Feed = {
  /** Clips that could not be used so far, in the order they were found. */
  readonly skipped: readonly SkippedClip[];
  /** Clips used with something filled in for what they lack. */
  readonly substituted: readonly SubstitutedClip[];
  /**
   * Reads the clips of some splits into the cache, which the other methods otherwise do for their split when first
   * called. An unreadable clip is skipped and listed; throws DuetError when all training clips of a class fail, or all
   * clips of another split.
   */
  prepare(options?: PrepareOptions): Promise<void>;
  /** How many clips of a split are usable. */
  count(split: Split): Promise<number>;
  /** How many rows a walk over a split has. */
  rows(split: Split, pass: Pass): Promise<number>;
  /** The batches of one walk over a split, in the order that the intake plans. */
  batches(split: Split, pass: Pass): AsyncIterable<Batch>;
  /** Stops the workers. An idle feed that is not closed does not keep the process alive. */
  close(): Promise<void>;
};
