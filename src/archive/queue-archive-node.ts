// `duet predict --manifest --queue`: the missing shards of a manifest as jobs, until all of them are files; and
// `duet worker`, which makes them.
import { resolve } from 'node:path';
import { manifestClips } from '../data/manifest-node.ts';
import { DuetError } from '../errors.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { writeFileAtomic } from '../files/write-atomic-node.ts';
import { completeArchive, openArchiveFolder, presentShards } from './archive-folder-node.ts';
import { type ArchiveModel, type ArchiveModelOptions, openArchiveModel } from './archive-model-node.ts';
import type { ShardJob } from './queue-jobs.ts';
import { type FailedShard, openShardQueue, type QueueOptions, type ShardQueue, workOnShards } from './queue-node.ts';
import { type Shard, shardName, shardsOf } from './shards-node.ts';

export type QueueArchiveOptions = ArchiveModelOptions & {
  readonly manifest: string;
  readonly out: string;
  /** Rows of a shard. */
  readonly rows: number;
  readonly queue: QueueOptions;
  readonly signal: AbortSignal;
  /** Called now and then with how many shards are there, of those that are known. */
  readonly onProgress?: ((there: number, known: number) => void) | undefined;
};

export type QueuedArchive = {
  readonly shards: number;
  readonly rows: number;
  /** The dead letters: shards that failed each time they were tried. */
  readonly dead: readonly FailedShard[];
  readonly complete: boolean;
};

/** Jobs in the queue at most, so that a manifest of millions does not fill its memory. */
const mostOpen = 500;
const pollMs = 500;

/**
 * Resolves when every shard is there or has failed each time. @throws DuetError for a queue that is used for another
 * model, or is not there at first.
 */
export async function queueArchive(options: QueueArchiveOptions): Promise<QueuedArchive> {
  const { manifest, run, settings, rows, signal, onProgress } = options;
  const out = resolve(options.out);
  const { key, hash, system } = await identified(options);
  await openArchiveFolder(out, { key, system, run, settings, rows });
  const queue = await openShardQueue(options.queue);
  try {
    if ((await queue.model()) !== hash && (await queue.open()) > 0)
      throw new DuetError(
        `The queue "${options.queue.name}" still has shards of another model; wait for its end, or use another --queue-name.`,
      );
    await queue.setModel(hash);
    const names: string[] = [];
    let all = 0;
    const add = (shard: Shard) => queue.add({ model: hash, settings, out, ...shard } as unknown as ShardJob);
    const tick = async () => {
      signal.throwIfAborted();
      const there = await presentShards(out);
      onProgress?.(names.filter((name) => there.has(name)).length, names.length);
      return there;
    };
    let there = await tick();
    for await (const shard of shardsOf(manifestClips(manifest), key, rows)) {
      names.push(shard.name);
      all += shard.rows.length;
      if (there.has(shard.name)) continue;
      while ((await queue.open()) >= mostOpen) {
        await pause();
        there = await tick();
      }
      await add(shard);
    }
    const dead = await settled(queue, names, tick, async (lost) => {
      for await (const shard of shardsOf(manifestClips(manifest), key, rows))
        if (lost.has(shard.name)) await add(shard);
    });
    return { shards: names.length, rows: all, dead, complete: await completeArchive(out, names) };
  } finally {
    await queue.close();
  }
}

/** Waits until all shards are there or dead; those that a queue without a disk has forgotten are added again. */
async function settled(
  queue: ShardQueue,
  names: readonly string[],
  tick: () => Promise<ReadonlySet<string>>,
  addAgain: (lost: ReadonlySet<string>) => Promise<void>,
): Promise<FailedShard[]> {
  for (;;) {
    const isOpen = (await queue.open()) > 0;
    const there = await tick();
    const missing = new Set(names.filter((name) => !there.has(name)));
    if (missing.size === 0) return [];
    if (!isOpen) {
      const failed = (await queue.failed()).filter(({ name }) => missing.has(name));
      if (failed.length >= Math.min(missing.size, 100)) return failed;
      for (const { name } of failed) missing.delete(name);
      await addAgain(missing);
    }
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, pollMs));
}

/** What the model's results are called, without keeping it loaded. */
async function identified(options: ArchiveModelOptions): Promise<Pick<ArchiveModel, 'key' | 'hash' | 'system'>> {
  const { key, hash, system, release } = await openArchiveModel({ ...options, processes: 0 });
  await release();
  return { key, hash, system };
}

export type WorkerOptions = Omit<ArchiveModelOptions, 'settings'> & {
  readonly queue: QueueOptions;
  readonly signal: AbortSignal;
  readonly untilEmpty: boolean;
  readonly onShard?: ((name: string) => void) | undefined;
};

/** Makes shards of a queue until the signal. @throws DuetError for a queue of another model. */
export async function runArchiveWorker(options: WorkerOptions): Promise<void> {
  const { queue, signal, untilEmpty, onShard } = options;
  const usual = { hop: null, missing: 'error', options: {} } as const;
  let opened = { of: JSON.stringify(usual), model: await openArchiveModel({ ...options, settings: usual }) };
  const modelFor = async (settings: ShardJob['settings']) => {
    const of = JSON.stringify(settings);
    if (of === opened.of) return opened.model;
    await opened.model.release();
    opened = { of, model: await openArchiveModel({ ...options, settings }) };
    return opened.model;
  };
  try {
    await workOnShards({
      ...{ ...queue, model: opened.model.hash, signal, untilEmpty },
      async work({ settings, out, name, index, rows }, stop) {
        const model = await modelFor(settings);
        if (shardName(index, rows, model.key) !== name)
          throw new DuetError(`The shard ${name} is of another model or other settings than its job says.`);
        if ((await kindOfPath(out)) !== 'folder')
          throw new DuetError(`There is no folder ${out} on this machine; mount the disk that the results go to.`);
        // Somebody may have made it before this worker's predecessor was taken to be dead.
        if ((await presentShards(out)).has(name)) return;
        const { lines } = await model.answer(rows as Parameters<ArchiveModel['answer']>[0], stop);
        await writeFileAtomic(`${out}/${name}`, lines);
        onShard?.(name);
      },
    });
  } finally {
    await opened.model.release();
  }
}
