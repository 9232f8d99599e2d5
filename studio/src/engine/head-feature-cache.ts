// Features of the untrained model, computed while clips are added, so that the heads can be trained within seconds.
import { plainPass } from '../../../src/data/intake.ts';
import { openStoredFeed } from '../../../src/data/stored-feed.ts';
import { firstValues } from '../../../src/model/parameters.ts';
import { openMaAvt } from '../../../src/systems/ma-avt/open.ts';
import { pairBatch } from '../../../src/systems/ma-avt/pair-batch.ts';
import { clipFeatures, type ClipFeatures as HeadFeatures } from '../../../src/systems/ma-avt/pairs.ts';
import type { TrainingConfig } from '../../../src/systems/ma-avt/training-config.ts';
import { openFeatureExtractor } from '../../../src/train/kept-features.ts';
import type { Backbone } from '../../../src/weights/backbone.ts';
import { database } from '../storage/database.ts';
import { backboneFacts } from './backbone.ts';
import type { Compute } from './compute.ts';
import { feedOptions } from './stored-clips.ts';

export type HeadFeatureOptions = {
  readonly ids: readonly string[];
  readonly backbone: Backbone;
  readonly training: TrainingConfig;
  readonly compute: Compute;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (done: number, total: number) => void;
};

/**
 * The untrained features of clips, by id; those that are not stored yet are computed and stored. Labels are to be set.
 */
export async function headFeatures(options: HeadFeatureOptions): Promise<Map<string, HeadFeatures>> {
  const { ids, backbone, training, compute, signal, onProgress } = options;
  const db = await database();
  const { inputs } = backboneFacts(backbone, training);
  const made = JSON.stringify([2, backbone.hash, inputs, training.seed, training.model]);
  const known = new Map<string, HeadFeatures>();
  for (const id of ids) {
    const stored = await db.get('headFeatures', id);
    if (stored?.made === made) known.set(id, stored.features);
  }
  const missing = ids.filter((id) => !known.has(id));
  onProgress(known.size, ids.length);
  if (missing.length === 0) return known;

  // Tokens are drawn from the seed and their own name: they are the same for any number of classes.
  const system = openMaAvt(training, backbone.config, 2);
  const { parameters: values, model } = system.fold(
    firstValues(system.clipStage.model.parameters, backbone.weights, training.seed),
  );
  const extractor = await openFeatureExtractor({ backbone, model, values, openSession: compute.openSession });
  try {
    const examples = missing.map((id) => ({ id, label: '', split: 'train' as const }));
    const feed = openStoredFeed({
      ...feedOptions(examples, [''], inputs, training),
      batchSize: 8,
      ...(signal && { signal }),
    });
    for await (const rows of feed.batches('train', plainPass('evaluate'))) {
      const batch = pairBatch(rows);
      const features = clipFeatures(batch, await extractor.run(rows.arrays, rows.count));
      for (const [index, id] of batch.pictureIds.entries()) {
        known.set(id, features[index]!);
        await db.put('headFeatures', { id, made, features: features[index]! });
      }
      onProgress(known.size, ids.length);
    }
  } finally {
    await extractor.release();
  }
  return known;
}

/** The same with the clip's class. */
export function labelled({ visual, audio }: HeadFeatures, label: number): HeadFeatures {
  return { visual: { ...visual, label }, audio: { ...audio, label } };
}
