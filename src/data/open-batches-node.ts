// The feed of training and evaluation: batches from a data set, loaded ahead by workers from the feature cache.
import { availableParallelism } from 'node:os';
import { DuetError, messageOf } from '../errors.ts';
import { type Batch, type BatchOrder, type CachedClip, type Masking, type SkippedClip, type SubstitutedClip, usesClip } from './batch.ts';
import { type BatchPool, openBatchPool } from './batch-pool-node.ts';
import { defaultCacheFolder, prepareCacheFolder } from './cache-folder-node.ts';
import { type Dataset, type Example, examplesOf, groupBy, type Split, splitNames } from './dataset.ts';
import { type DecoderPool, openDecoderPool } from './decoder-pool-node.ts';
import { chunks, type LabelledClip, planEvaluation, planMismatched, planTraining } from './epoch-plan.ts';
import type { OpenReference } from './feature-cache-node.ts';
import { type ClipOutcome, lookUp } from './feature-index-node.ts';
import type { MissingPolicy } from './model-inputs.ts';
import { runAhead } from './run-ahead.ts';
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
  /** What to do about clips without picture or sound: skip them with the reason (`error`, default) or fill in (`zero`). */
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
   * Decodes the clips of some splits into the cache, which the other methods otherwise do for their split when first called.
   * An unreadable clip is skipped and listed; throws DuetError when all training clips of a class fail, or all clips of another split.
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

/** Opens a feed. Throws DuetError when the cache folder cannot be written or a label is not among the classes. */
export async function openBatches(options: OpenBatchesOptions): Promise<BatchFeed> {
  const { dataset, settings, batchSize, seed = 0, missing = 'error', prefetch = 2, openReference } = options;
  const { workers = availableParallelism() > 3 ? 2 : 1 } = options;
  const folder = options.cacheFolder ?? defaultCacheFolder();
  const classIndices = indexClasses(dataset, options.classes ?? dataset.classes);
  const cacheOptions = { folder, settings, missing, retryFailed: options.retryFailed ?? false };
  await prepareCacheFolder(folder);

  const skipped: SkippedClip[] = [];
  const substituted: SubstitutedClip[] = [];
  const failed = new Set<string>();
  const prepared = new Map<Split, LabelledClip[]>();
  let pool: BatchPool | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const skip = (clip: SkippedClip) => {
    if (failed.has(clip.id)) return;
    failed.add(clip.id);
    skipped.push(clip);
  };

  async function prepareNow(splits: readonly Split[], { onProgress, signal }: PrepareOptions): Promise<void> {
    const wanted = splits.filter((split) => !prepared.has(split));
    const examples = wanted.flatMap((split) => examplesOf(dataset, split));
    if (examples.length === 0) return;
    const outcomes = await ensureAll(examples, [signal, options.signal], onProgress);
    for (const split of wanted) {
      const clips: LabelledClip[] = [];
      for (const example of examplesOf(dataset, split)) {
        const outcome = outcomes.get(example.id)!;
        if (outcome.key === undefined) {
          skip({ id: example.id, reason: outcome.reason });
          continue;
        }
        if (outcome.missing) substituted.push({ id: example.id, missing: outcome.missing });
        clips.push({ id: example.id, key: outcome.key, media: example.media, classIndex: classIndices.get(example.label)! });
      }
      checkUsable(split, examplesOf(dataset, split), outcomes);
      prepared.set(split, clips);
    }
  }

  /** All cores decode here: nothing else runs meanwhile. */
  async function ensureAll(
    examples: readonly Example[],
    signals: readonly (AbortSignal | undefined)[],
    onProgress: PrepareOptions['onProgress'],
  ): Promise<Map<string, ClipOutcome>> {
    const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
    const total = examples.length;
    const processes = workers === 0 ? 0 : Math.min(availableParallelism(), 8, Math.ceil(total / 4));
    let decoders: Promise<DecoderPool> | undefined;
    const ensure = async (example: Example) => {
      const known = await lookUp(example.media, cacheOptions);
      if (known) return { example, outcome: known };
      decoders ??= openDecoderPool(cacheOptions, processes, openReference);
      return { example, outcome: await (await decoders).ensure(example.media) };
    };
    const outcomes = new Map<string, ClipOutcome>();
    let failures = 0;
    try {
      for await (const { example, outcome } of runAhead(examples, 16, ensure, signal)) {
        outcomes.set(example.id, outcome);
        if (outcome.key === undefined) failures++;
        onProgress?.({ done: outcomes.size, total, failed: failures });
      }
    } finally {
      (await decoders)?.close();
    }
    return outcomes;
  }

  /** One preparation at a time, so that two callers do not decode the same clips. */
  function prepare(splits: readonly Split[], prepareOptions: PrepareOptions = {}): Promise<void> {
    const mine = turn.then(() => prepareNow(splits, prepareOptions));
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function usable(split: Split): Promise<LabelledClip[]> {
    await prepare([split]);
    return (prepared.get(split) ?? []).filter((clip) => !failed.has(clip.id));
  }

  /** A batch, after entries that proved damaged were made anew; clips for which that fails are skipped. */
  async function load(order: BatchOrder): Promise<Batch> {
    pool ??= openBatchPool({ folder, settings }, workers);
    const { batch, damaged } = await pool.make(order);
    if (damaged.length === 0) return batch;
    const lost = new Set(await remakeAll(damaged));
    const items = order.items.filter((item) => ![...lost].some((id) => usesClip(item, id)));
    const again = await pool.make({ ...order, items });
    for (const { id } of again.damaged)
      skip({ id, reason: `Its entry in the cache "${folder}" is damaged again and again; check the disk.` });
    return again.batch;
  }

  /** The ids of the clips that could not be made anew. */
  async function remakeAll(clips: readonly CachedClip[]): Promise<string[]> {
    const decoders = await openDecoderPool(cacheOptions, Math.min(workers, 1), openReference);
    const lost: string[] = [];
    try {
      for (const { id, key, media } of clips) {
        await decoders.remake(key, media).catch((error) => {
          skip({ id, reason: messageOf(error) });
          lost.push(id);
        });
      }
    } finally {
      decoders.close();
    }
    return lost;
  }

  async function* batches({ items, augmentation }: BatchOrder): AsyncGenerator<Batch> {
    const orders = runAhead(chunks(items, batchSize), prefetch, (group) => load({ items: group, augmentation }), options.signal);
    for await (const batch of orders) if (batch.count > 0) yield batch;
  }

  return {
    skipped,
    substituted,
    prepare: (prepareOptions = {}) => prepare(prepareOptions.splits ?? splitNames, prepareOptions),
    count: async (split) => (await usable(split)).length,
    async *train(epoch) {
      const { backgroundProbability = 0.2, augment = 'standard', cropScale = [0.08, 1], spectrogramMasking: masking } = options;
      const items = planTraining(await usable('train'), seed, epoch, backgroundProbability);
      yield* batches({ items, augmentation: { seed, epoch, standard: augment === 'standard', cropScale, masking } });
    },
    async *evaluate(split) {
      yield* batches({ items: planEvaluation(await usable(split)), augmentation: undefined });
    },
    async *mismatched(split, mismatchSeed) {
      yield* batches({ items: planMismatched(await usable(split), mismatchSeed), augmentation: undefined });
    },
    async close() {
      await pool?.close();
      pool = undefined;
    },
  };
}

function indexClasses(dataset: Dataset, classes: readonly string[]): ReadonlyMap<string, number> {
  const indices = new Map(classes.map((label, index) => [label, index]));
  const unknown = dataset.classes.find((label) => !indices.has(label));
  if (unknown !== undefined) {
    throw new DuetError(
      `The class "${unknown}" of the data "${dataset.name}" is not one the model knows (${classes.join(', ')}); leave it out.`,
    );
  }
  return indices;
}

/** A training class without usable clips cannot be learned; in other splits it is enough that something is left to look at. */
function checkUsable(split: Split, examples: readonly Example[], outcomes: ReadonlyMap<string, ClipOutcome>): void {
  const reasonOf = (example: Example) => (outcomes.get(example.id) as { readonly reason?: string }).reason;
  const groups = split === 'train' ? groupBy(examples, (example) => example.label) : new Map([['', [...examples]]]);
  for (const [label, group] of groups) {
    if (group.length === 0 || !group.every((example) => reasonOf(example) !== undefined)) continue;
    const which = label === '' ? `${split} clips` : `${split} clips of the class "${label}"`;
    const first = group[0]!;
    throw new DuetError(`None of the ${group.length} ${which} can be used; the first, "${first.id}": ${reasonOf(first)}`);
  }
}
