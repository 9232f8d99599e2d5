// Opening the feed: batches from a data set, loaded ahead by workers from the cache of readings.
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { DuetError } from '../errors.ts';
import { type Owned, owned } from '../owned.ts';
import { type Batch, type BatchOrder, type CachedClip, chunks, evenBatchSize, type SkippedClip } from './batch.ts';
import { type BatchPool, openBatchPool } from './batch-pool-node.ts';
import { defaultCacheFolder, prepareCacheFolder } from './cache-folder-node.ts';
import type { Dataset, Split } from './dataset.ts';
import { openDecoderPool } from './decoder-pool-node.ts';
import type { Feed } from './feed.ts';
import { type Intake, type Pass, plainPass, type Row } from './intake.ts';
import type { IntakeOrigin } from './intake-origin.ts';
import type { MissingPolicy } from './model-inputs.ts';
import { createPreparation, type PreparedClip } from './preparation-node.ts';
import type { OpenReference } from './reading-cache-node.ts';
import { runAhead } from './run-ahead.ts';

export type { Feed, PrepareOptions, PrepareProgress } from './feed.ts';

/** What `openFeed` makes batches of, and how. */
export type OpenFeedOptions = {
  readonly dataset: Dataset;
  readonly intake: Intake;
  /** Where processes and threads find the intake; without it all work is done in the caller's thread. */
  readonly origin?: IntakeOrigin | undefined;
  /** Rows in a batch. */
  readonly batchSize: number;
  /**
   * What to do about clips without picture or sound: skip them with the reason (`error`, default) or fill in (`zero`).
   */
  readonly missing?: MissingPolicy;
  /** Tries clips again that failed in an earlier run and have not changed since. Default false. */
  readonly retryFailed?: boolean;
  /**
   * What a clip means that could be used and then is gone from the cache and cannot be read again: it is skipped and
   * listed (`skip`, default), or the feed throws a DuetError (`stop`).
   */
  readonly whenLost?: 'skip' | 'stop';
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

export type OpenedFeed = Owned<Feed> & {
  /** The usable clips of some splits: how many, and a hash over their ids, their contents and the settings. */
  fingerprint(splits: readonly Split[]): Promise<{ readonly count: number; readonly digest: string }>;
};

/** A row finds one of its clips absent at a time; and somebody may be emptying the cache. */
const mostTries = 10;

/** Opens a feed. Throws DuetError when the cache folder cannot be written or the intake refuses the examples. */
export async function openFeed(options: OpenFeedOptions): Promise<OpenedFeed> {
  const { dataset, intake, origin, batchSize, missing = 'error', prefetch = 2, openReference } = options;
  const { workers = availableParallelism() > 3 ? 2 : 1, whenLost = 'skip' } = options;
  const folder = options.cacheFolder ?? defaultCacheFolder();
  // A class that the model does not know is reported before anything is decoded.
  intake.plan(dataset.examples, plainPass('evaluate'));
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
  const index = { folder, intakeKey: intake.key, missing, retryFailed: options.retryFailed ?? false };
  const openDecoders = (processes: number) =>
    openDecoderPool({ options: index, intake, origin, processes, openReference });
  const clips = createPreparation({ dataset, index, workers, openDecoders, signal, skip });
  let pool: BatchPool | undefined;

  async function usable(split: Split): Promise<PreparedClip[]> {
    await clips.prepare({ splits: [split] });
    return clips.of(split).filter(({ cached }) => !failed.has(cached.id));
  }

  /** A batch, after readings that proved absent or damaged were made again. */
  async function load(order: BatchOrder): Promise<Batch> {
    pool ??= openBatchPool({ folder, intake, origin, workers });
    let { rows } = order;
    for (let tries = 1; ; tries++) {
      const { batch, damaged } = await pool.make({ ...order, rows });
      if (damaged.length === 0) return batch;
      const lost = tries < mostTries ? await remakeAll(damaged) : damaged.map(({ id }) => damagedAgain(id));
      if (lost[0] && whenLost === 'stop') throw lostClip(lost[0]);
      for (const clip of lost) skip(clip);
      rows = rowsWithout(rows, new Set(lost.map(({ id }) => id)));
    }
  }

  const damagedAgain = (id: string): SkippedClip => ({
    id,
    reason: `Its entry in the cache "${folder}" is damaged again and again; check the disk.`,
  });

  /** Those of the clips that could not be read again. */
  async function remakeAll(damaged: readonly CachedClip[]): Promise<SkippedClip[]> {
    const decoders = await openDecoders(Math.min(workers, 1));
    const lost: SkippedClip[] = [];
    try {
      for (const { id, key, media } of new Map(damaged.map((clip) => [clip.id, clip])).values()) {
        const outcome = await decoders.remake(key, media);
        if (outcome.key === undefined) lost.push({ id, reason: outcome.reason });
      }
    } finally {
      decoders.close();
    }
    return lost;
  }

  const planned = (prepared: readonly PreparedClip[], pass: Pass) =>
    intake.plan(
      prepared.map(({ example }) => example),
      pass,
    );

  const close = async () => {
    closing.abort(new DuetError('The feed of batches was closed; open a new one.'));
    await pool?.close();
  };
  const feed: Omit<OpenedFeed, typeof Symbol.asyncDispose> = {
    skipped,
    close,
    substituted: clips.substituted,
    prepare: clips.prepare,
    count: async (split) => (await usable(split)).length,
    rows: async (split, pass) => planned(await usable(split), pass).length,
    async fingerprint(splits) {
      const hash = createHash('sha256');
      let count = 0;
      for (const split of splits)
        for (const { example, cached } of await usable(split)) {
          hash.update(JSON.stringify([split, cached.id, cached.key, example.annotations]));
          count++;
        }
      return { count, digest: hash.digest('hex') };
    },
    async *batches(split, pass) {
      const prepared = await usable(split);
      const cached = new Map(prepared.map((clip) => [clip.cached.id, clip.cached]));
      const rows = planned(prepared, pass);
      const groups = chunks(rows, evenBatchSize(rows.length, batchSize));
      const order = (group: readonly Row[]) => ({ rows: group, pass, clips: clipsOf(group, cached) });
      for await (const batch of runAhead(groups, prefetch, (group) => load(order(group)), signal))
        if (batch.count > 0) yield batch;
    },
  };
  return owned(feed, close);
}

function lostClip({ id, reason }: SkippedClip): DuetError {
  return new DuetError(
    `Stopped, as the clip "${id}" can no longer be read (${reason.replace(/\.$/, '')}); put it back as it was and go on with --resume.`,
  );
}

/** Those rows that need none of the clips. */
export function rowsWithout(rows: readonly Row[], lost: ReadonlySet<string>): readonly Row[] {
  return rows.filter(({ clips }) => !clips.some((id) => lost.has(id)));
}

function clipsOf(rows: readonly Row[], cached: ReadonlyMap<string, CachedClip>): CachedClip[] {
  return [...new Set(rows.flatMap(({ clips }) => clips))].map((id) => cached.get(id)!);
}
