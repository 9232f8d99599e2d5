// Features of the untrained model, computed while clips are added, so that a first model can be trained within seconds.

import { freshRun } from '../../../src/run/train.ts';
import type { Results } from '../../../src/runtime/feeds.ts';
import type { KeptStage, Known, OpenSystem, SystemSettings } from '../../../src/systems/system.ts';
import { openFeatureExtractor } from '../../../src/train/kept-features.ts';
import type { KeptRow } from '../../../src/train/kept-lesson.ts';
import { database } from '../storage/database.ts';
import { type StoredClip, storedExample } from '../storage/stored-example.ts';
import type { Compute } from './compute.ts';
import { feedOfStored, readingKey } from './stored-clips.ts';

export type KeptFeatureOptions = {
  readonly clips: readonly StoredClip[];
  readonly open: OpenSystem;
  /** With a `featuresKey`. */
  readonly stage: KeptStage;
  readonly settings: SystemSettings;
  readonly known: Known;
  readonly compute: Compute;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (done: number, total: number) => void;
};

/** The stage whose features are worth keeping, if there is one. */
export function keptStageOf({ stages }: OpenSystem): KeptStage | undefined {
  return stages.find((stage): stage is KeptStage => stage.on === 'kept features' && stage.featuresKey !== undefined);
}

/** The rows of the training clips as they are, with their features; those that are not stored are computed and stored. */
export async function storedKeptRows(options: KeptFeatureOptions): Promise<KeptRow[]> {
  const { clips, open, stage } = options;
  const features = await keptFeatures(options);
  const train = clips.filter(({ split }) => split === 'train').map(storedExample);
  return open.intake.plan(train, stage.lesson.walks[0]!).flatMap((row) => {
    const ofClip = features.get(row.clips[0]!);
    return ofClip ? [{ row, features: ofClip }] : [];
  });
}

/** The features of the training clips by id; those that are not stored yet are computed and stored. */
export async function keptFeatures(options: KeptFeatureOptions): Promise<Map<string, Results>> {
  const { open, stage, settings, known, compute, signal, onProgress } = options;
  const { backbone } = known;
  const clips = options.clips.filter(({ split }) => split === 'train');
  const db = await database();
  const made = JSON.stringify([3, backbone.hash, readingKey(open.intake), stage.featuresKey]);
  const features = new Map<string, Results>();
  for (const { id } of clips) {
    const stored = await db.get('keptFeatures', id);
    if (stored?.made === made) features.set(id, stored.features);
  }
  const missing = clips.filter(({ id }) => !features.has(id));
  onProgress(features.size, clips.length);
  if (missing.length === 0) return features;

  const values = stage.values(freshRun(open, known, settings.seed).parameters);
  const { openSession } = compute;
  const extractor = await openFeatureExtractor({ backbone, model: stage.model, values, openSession });
  try {
    const feed = feedOfStored(missing, { intake: open.intake, batchSize: 8, signal });
    for await (const { rows, arrays, count } of feed.batches('train', stage.lesson.walks[0]!)) {
      for (const [index, ofClip] of (await extractor.run(arrays, count)).entries()) {
        const id = rows[index]!.clips[0]!;
        features.set(id, ofClip);
        await db.put('keptFeatures', { id, made, features: ofClip });
      }
      onProgress(features.size, clips.length);
    }
  } finally {
    await extractor.release();
  }
  return features;
}
