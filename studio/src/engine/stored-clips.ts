// Clips of the page's database as the engine takes them.
import type { Example, Split } from '../../../src/data/dataset.ts';
import type { StoredFeedOptions } from '../../../src/data/stored-feed.ts';
import type { TrainingConfig } from '../../../src/systems/ma-avt/recipes.ts';
import type { Backbone } from '../../../src/weights/backbone.ts';
import { database } from '../storage/database.ts';
import { backboneFacts } from './backbone.ts';

export type StoredClip = { readonly id: string; readonly label: string; readonly split: Split };

/** What a feed over these clips is opened with, but for the signal. */
export function feedOptions(
  clips: readonly StoredClip[],
  classes: readonly string[],
  backbone: Backbone,
  training: TrainingConfig,
): Omit<StoredFeedOptions, 'signal'> {
  const { seed, batch, augment, cropScale, model, backgroundProbability } = training;
  const examples: Example[] = clips.map((clip) => ({ ...clip, media: { kind: 'video', path: clip.id } }));
  return {
    dataset: { classes, examples },
    settings: backboneFacts(backbone, training).inputs,
    batchSize: batch,
    ...{ seed, augment, cropScale },
    backgroundProbability: model.background ? backgroundProbability : 0,
    load: async (id) => {
      const stored = await (await database()).get('features', id);
      if (!stored) throw new Error(`no features are stored of ${id}`);
      return stored.features;
    },
  };
}
