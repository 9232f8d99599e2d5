// A feed over clips whose features somebody else keeps, such as a page in the browser's storage: nothing is decoded
// here.
import { type CachedClip, usesClip } from './batch.ts';
import type { BatchFeed } from './batch-feed.ts';
import { createBatchMaker } from './batch-maker.ts';
import type { ClipFeatures } from './clip-features.ts';
import type { Dataset, Split } from './dataset.ts';
import {
  chunks,
  evenBatchSize,
  type LabelledClip,
  planEvaluation,
  planMismatched,
  planTraining,
} from './epoch-plan.ts';
import type { FeatureReader } from './feature-reader.ts';
import { runAhead } from './run-ahead.ts';
import type { InputSettings } from './settings.ts';
import { middleOf } from './windows.ts';

export type StoredFeedOptions = {
  readonly dataset: Pick<Dataset, 'classes' | 'examples'>;
  readonly settings: InputSettings;
  /** Clips in a batch. */
  readonly batchSize: number;
  readonly seed: number;
  readonly backgroundProbability: number;
  readonly augment: 'none' | 'standard';
  readonly cropScale: readonly [number, number];
  /**
   * The features of the clip with this id, made with the same settings. A clip for which it fails is left out of the
   * batch.
   */
  readonly load: (id: string) => Promise<ClipFeatures>;
  readonly signal?: AbortSignal;
};

/** The same batches as `openBatches` makes of the same clips. */
export function openStoredFeed(options: StoredFeedOptions): BatchFeed {
  const { dataset, settings, batchSize, seed, load, signal } = options;
  const maker = createBatchMaker({ settings, open: async (key) => readerOf(await load(key)) });
  const skipped: { id: string; reason: string }[] = [];

  function usable(split: Split): LabelledClip[] {
    const lost = new Set(skipped.map(({ id }) => id));
    return dataset.examples
      .filter((example) => example.split === split && !lost.has(example.id))
      .map(({ id, label, media }) => ({ id, key: id, media, classIndex: dataset.classes.indexOf(label) }));
  }

  async function* batches(
    items: ReturnType<typeof planTraining>,
    augmentation: Parameters<typeof maker.make>[0]['augmentation'],
  ) {
    const lose = (clips: readonly CachedClip[]) => {
      for (const { id } of clips)
        skipped.push({ id, reason: 'Its stored features cannot be read; remove the clip and add it again.' });
    };
    const made = runAhead(
      chunks(items, evenBatchSize(items.length, batchSize)),
      1,
      (group) =>
        maker.make({ items: group.filter((item) => !skipped.some(({ id }) => usesClip(item, id))), augmentation }),
      signal,
    );
    for await (const { batch, damaged } of made) {
      lose(damaged);
      if (batch.count > 0) yield batch;
    }
  }

  return {
    skipped,
    substituted: [],
    prepare: async () => undefined,
    count: async (split) => usable(split).length,
    async *train(epoch) {
      const { backgroundProbability, augment, cropScale } = options;
      const items = planTraining(usable('train'), seed, epoch, backgroundProbability);
      yield* batches(items, { seed, epoch, standard: augment === 'standard', cropScale, masking: undefined });
    },
    async *evaluate(split) {
      yield* batches(planEvaluation(usable(split)), undefined);
    },
    async *mismatched(split, mismatchSeed) {
      yield* batches(planMismatched(usable(split), mismatchSeed), undefined);
    },
    close: async () => undefined,
  };
}

function readerOf({ evaluation, training, spectrograms }: ClipFeatures): FeatureReader {
  const at = <Item>(items: readonly Item[], window: number | 'middle') =>
    items[window === 'middle' ? middleOf(items) : window];
  return {
    windows: spectrograms.length,
    evaluation: async () => evaluation,
    training: async (window) => at(training, window),
    spectrogram: async (window) => at(spectrograms, window)!.slice(),
    close: async () => undefined,
  };
}
