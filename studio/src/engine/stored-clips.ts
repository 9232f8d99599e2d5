// Clips of the page's database as the engine takes them.
import type { Example, Split } from '../../../src/data/dataset.ts';
import type { StoredFeedOptions } from '../../../src/data/stored-feed.ts';
import { maAvtIntake } from '../../../src/systems/ma-avt/intake.ts';
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
  const { batch, augment, cropScale, model } = training;
  const backgroundProbability = model.background ? training.backgroundProbability : 0;
  const settings = backboneFacts(backbone, training).inputs;
  return {
    examples: clips.map((clip): Example => ({ ...clip, media: { kind: 'video', path: clip.id } })),
    intake: maAvtIntake({ settings, classes, backgroundProbability, augment, cropScale }),
    batchSize: batch,
    load: async (id) => {
      const stored = await (await database()).get('features', id);
      if (!stored) throw new Error(`no features are stored of ${id}`);
      return stored.features;
    },
  };
}
