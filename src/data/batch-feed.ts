// The feed of training and evaluation: what it is asked for and what it gives.
import type { Batch, Masking, SkippedClip, SubstitutedClip } from './batch.ts';
import type { Dataset, Split } from './dataset.ts';
import type { OpenReference } from './feature-cache-node.ts';
import type { MissingPolicy } from './model-inputs.ts';
import type { InputSettings } from './settings.ts';

export type OpenBatchesOptions = {
  readonly dataset: Dataset;
  readonly settings: InputSettings;
  /** Clips in a batch. */
  readonly batchSize: number;
  /** Names all random choices. Default 0. */
  readonly seed?: number;
  /** The order of classes that labels refer to; by default the data set's own. */
  readonly classes?: readonly string[];
  /** How often a training picture gets the sound of another class, 0 ... 1. Default 0.2. */
  readonly backgroundProbability?: number;
  /** `standard` (default): random window, random resized crop, horizontal flip. `none`: as in evaluation. */
  readonly augment?: 'none' | 'standard';
  /** Least and greatest part of a picture's area that the random crop keeps. Default [0.08, 1]. */
  readonly cropScale?: readonly [number, number];
  /** Hides a stretch of time and a band of frequencies in training. Default off. */
  readonly spectrogramMasking?: Masking;
  /**
   * What to do about clips without picture or sound: skip them with the reason (`error`, default) or fill in (`zero`).
   */
  readonly missing?: MissingPolicy;
  /** Tries clips again that failed in an earlier run and have not changed since. Default false. */
  readonly retryFailed?: boolean;
  /** Default: defaultCacheFolder(). */
  readonly cacheFolder?: string;
  /** Loading threads; 0 loads in the caller's thread. Default 1, or 2 on more than three cores. */
  readonly workers?: number;
  /** Batches loaded ahead. Default 2. */
  readonly prefetch?: number;
  /** Stops loading; what is under way ends with the signal's reason. */
  readonly signal?: AbortSignal;
  /** A decoder of your own, which then runs in the caller's thread. */
  readonly openReference?: OpenReference;
};

export type PrepareProgress = { readonly done: number; readonly total: number; readonly failed: number };
export type PrepareOptions = {
  /** Default: all splits. */
  readonly splits?: readonly Split[];
  readonly onProgress?: (progress: PrepareProgress) => void;
  readonly signal?: AbortSignal;
};

export type BatchFeed = {
  /** Clips that could not be used so far, in the order they were found. */
  readonly skipped: readonly SkippedClip[];
  /** Clips used with something filled in for what they lack. */
  readonly substituted: readonly SubstitutedClip[];
  /**
   * Decodes the clips of some splits into the cache, which the other methods otherwise do for their split when first
   * called. An unreadable clip is skipped and listed; throws DuetError when all training clips of a class fail, or all
   * clips of another split.
   */
  prepare(options?: PrepareOptions): Promise<void>;
  /** How many clips of a split are usable. */
  count(split: Split): Promise<number>;
  /** One epoch of training, in an order and with augmentation that depend on seed and epoch alone. */
  train(epoch: number): AsyncIterable<Batch>;
  /** A split in the data set's order, nothing varied. */
  evaluate(split: Split): AsyncIterable<Batch>;
  /** Each picture of a split with the sound of a clip of another class of that split; all labels -1. */
  mismatched(split: Split, seed: number): AsyncIterable<Batch>;
  /** Stops the workers. An idle feed that is not closed does not keep the process alive. */
  close(): Promise<void>;
};
