// Clips of the page's database as the engine takes them.
import type { Feed } from '../../../src/data/feed.ts';
import type { Intake, Reading } from '../../../src/data/intake.ts';
import { openStoredFeed } from '../../../src/data/stored-feed.ts';
import { openMediaSource } from '../../../src/media/open-media-source.ts';
import { database } from '../storage/database.ts';
import { type StoredClip, storedExample } from '../storage/stored-example.ts';

export type StoredClipsOptions = {
  /** Of the model that is fed: a trained adapter has its own. */
  readonly intake: Intake;
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
};

export function feedOfStored(clips: readonly StoredClip[], { intake, batchSize, signal }: StoredClipsOptions): Feed {
  return openStoredFeed({
    ...{ examples: clips.map(storedExample), intake, batchSize },
    load: (id) => readingOf(id, intake),
    ...(signal && { signal }),
  });
}

/** What names the readings of an intake. */
export function readingKey({ key }: Intake): string {
  return JSON.stringify(key);
}

/**
 * A clip as an intake reads it: what is stored, where the same was read, else its file, read once more. What is stored
 * stays, as a training may be using it.
 */
export async function readingOf(id: string, intake: Intake): Promise<Reading> {
  const db = await database();
  const stored = await db.get('features', id);
  if (stored?.settings === readingKey(intake)) return stored.features;
  const example = await db.get('examples', id);
  if (!example) throw new Error(`no clip ${id} is stored`);
  const media = await openMediaSource(example.file, example.name);
  try {
    return await intake.read(media);
  } finally {
    await media.close();
  }
}
