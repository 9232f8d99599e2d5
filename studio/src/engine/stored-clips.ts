// Clips of the page's database as the engine takes them.
import type { Reading } from '../../../src/data/intake.ts';
import type { InputSettings } from '../../../src/data/settings.ts';
import type { StoredFeedOptions } from '../../../src/data/stored-feed.ts';
import { openMediaSource } from '../../../src/media/open-media-source.ts';
import { maAvtIntake, plainIntake } from '../../../src/systems/ma-avt/intake.ts';
import type { TrainingConfig } from '../../../src/systems/ma-avt/training-config.ts';
import { database } from '../storage/database.ts';
import { type StoredClip, storedExample } from '../storage/stored-example.ts';
import { settingsKey } from './backbone.ts';

/**
 * What a feed over these clips is opened with, but for the signal.
 * @param settings of the model that is fed: a trained adapter has its own.
 */
export function feedOptions(
  clips: readonly StoredClip[],
  classes: readonly string[],
  settings: InputSettings,
  training: TrainingConfig,
): Omit<StoredFeedOptions, 'signal'> {
  const { batch, augment, cropScale, model } = training;
  const backgroundProbability = model.background ? training.backgroundProbability : 0;
  return {
    examples: clips.map(storedExample),
    intake: maAvtIntake({ settings, classes, backgroundProbability, augment, cropScale }),
    batchSize: batch,
    load: (id) => readingOf(id, settings),
  };
}

/**
 * A clip as a model with these settings is given it: what is stored, where that was read for such a model, else its
 * file, read once more. What is stored stays, as a training may be using it.
 */
export async function readingOf(id: string, settings: InputSettings): Promise<Reading> {
  const db = await database();
  const stored = await db.get('features', id);
  if (stored?.settings === settingsKey(settings)) return stored.features;
  const example = await db.get('examples', id);
  if (!example) throw new Error(`no clip ${id} is stored`);
  const media = await openMediaSource(example.file, example.name);
  try {
    return await plainIntake(settings).read(media);
  } finally {
    await media.close();
  }
}
