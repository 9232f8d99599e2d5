// A feed over clips whose readings somebody else keeps, such as a page in the browser's storage: nothing is decoded
// here.
import { type CachedClip, chunks, evenBatchSize } from './batch.ts';
import { createBatchMaker } from './batch-maker.ts';
import type { Example, Split } from './dataset.ts';
import type { Feed } from './feed.ts';
import type { Intake, Reading, Row, StoredReading, Values } from './intake.ts';
import { runAhead } from './run-ahead.ts';

/** What `openStoredFeed` makes batches of: readings that the caller keeps. */
export type StoredFeedOptions = {
  readonly examples: readonly Example[];
  readonly intake: Intake;
  /** Rows in a batch. */
  readonly batchSize: number;
  /** The reading of the clip with this id, made by this intake. A clip for which it fails is left out of the batch. */
  readonly load: (id: string) => Promise<Reading>;
  readonly signal?: AbortSignal;
};

/** The same batches as `openFeed` makes of the same clips. */
export function openStoredFeed({ examples, intake, batchSize, load, signal }: StoredFeedOptions): Feed {
  const maker = createBatchMaker({ intake, open: async (key) => openedReading(await load(key)) });
  const skipped: { id: string; reason: string }[] = [];
  const isLost = (id: string) => skipped.some((clip) => clip.id === id);
  const usable = (split: Split) => examples.filter((example) => example.split === split && !isLost(example.id));

  return {
    skipped,
    substituted: [],
    prepare: async () => undefined,
    count: async (split) => usable(split).length,
    rows: async (split, pass) => intake.plan(usable(split), pass).length,
    async *batches(split, pass) {
      const clips = usable(split).map(({ id, media }): CachedClip => ({ id, key: id, media }));
      const rows = intake.plan(usable(split), pass);
      const make = (group: readonly Row[]) =>
        maker.make({ rows: group.filter((row) => !row.clips.some(isLost)), pass, clips });
      const made = runAhead(chunks(rows, evenBatchSize(rows.length, batchSize)), 1, make, signal);
      for await (const { batch, damaged } of made) {
        for (const { id } of damaged)
          skipped.push({ id, reason: 'Its stored reading cannot be used; remove the clip and add it again.' });
        if (batch.count > 0) yield batch;
      }
    },
    close: async () => undefined,
  };
}

/** A reading in memory as a stored one. */
export function openedReading({ arrays }: Reading): StoredReading {
  return {
    names: Object.keys(arrays),
    async get(name) {
      const found = arrays[name];
      if (!found) throw new Error(`a reading has no array "${name}"`);
      return { shape: found.shape, data: found.data.slice() as Values };
    },
    close: async () => undefined,
  };
}
