// Opening the feed: batches from a data set, loaded ahead by workers from the feature cache.
import { availableParallelism } from 'node:os';
import { DuetError, messageOf } from '../errors.ts';
import { type Batch, type BatchOrder, type CachedClip, type SkippedClip, usesClip } from './batch.ts';
import type { BatchFeed, OpenBatchesOptions } from './batch-feed.ts';
import { type BatchPool, openBatchPool } from './batch-pool-node.ts';
import { defaultCacheFolder, prepareCacheFolder } from './cache-folder-node.ts';
import type { Dataset, Split } from './dataset.ts';
import { openDecoderPool } from './decoder-pool-node.ts';
import {
  backgroundLabel,
  chunks,
  evenBatchSize,
  type LabelledClip,
  planEvaluation,
  planMismatched,
  planTraining,
} from './epoch-plan.ts';
import { createPreparation } from './preparation-node.ts';
import { runAhead } from './run-ahead.ts';

export type { BatchFeed, OpenBatchesOptions, PrepareOptions, PrepareProgress } from './batch-feed.ts';

/** Opens a feed. Throws DuetError when the cache folder cannot be written or a label is not among the classes. */
export async function openBatches(options: OpenBatchesOptions): Promise<BatchFeed> {
  const { dataset, settings, batchSize, seed = 0, missing = 'error', prefetch = 2, openReference } = options;
  const { workers = availableParallelism() > 3 ? 2 : 1 } = options;
  const folder = options.cacheFolder ?? defaultCacheFolder();
  const classIndices = indexClasses(dataset, options.classes ?? dataset.classes);
  const cacheOptions = { folder, settings, missing, retryFailed: options.retryFailed ?? false };
  await prepareCacheFolder(folder);

  const skipped: SkippedClip[] = [];
  const failed = new Set<string>();
  const skip = (clip: SkippedClip) => {
    if (failed.has(clip.id)) return;
    failed.add(clip.id);
    skipped.push(clip);
  };
  const closing = new AbortController();
  const signal = AbortSignal.any([closing.signal, ...(options.signal ? [options.signal] : [])]);
  const clips = createPreparation({ dataset, classIndices, cacheOptions, workers, openReference, signal, skip });
  let pool: BatchPool | undefined;

  async function usable(split: Split): Promise<LabelledClip[]> {
    await clips.prepare({ splits: [split] });
    return clips.of(split).filter((clip) => !failed.has(clip.id));
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
    const orders = runAhead(
      chunks(items, evenBatchSize(items.length, batchSize)),
      prefetch,
      (group) => load({ items: group, augmentation }),
      signal,
    );
    for await (const batch of orders) if (batch.count > 0) yield batch;
  }

  return {
    skipped,
    substituted: clips.substituted,
    prepare: clips.prepare,
    count: async (split) => (await usable(split)).length,
    async *train(epoch) {
      const {
        backgroundProbability = 0.2,
        augment = 'standard',
        cropScale = [0.08, 1],
        spectrogramMasking: masking,
      } = options;
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
      closing.abort(new DuetError('The feed of batches was closed; open a new one.'));
      await pool?.close();
    },
  };
}

function indexClasses(dataset: Dataset, classes: readonly string[]): ReadonlyMap<string, number> {
  const indices = new Map(classes.map((label, index) => [label, index]));
  if (dataset.background !== undefined) indices.set(dataset.background, backgroundLabel);
  const unknown = dataset.classes.find((label) => !indices.has(label));
  if (unknown !== undefined) {
    throw new DuetError(
      `The class "${unknown}" of the data "${dataset.name}" is not one the model knows (${classes.join(', ')}); leave it out.`,
    );
  }
  return indices;
}
