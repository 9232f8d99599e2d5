// The shards of an archive as jobs of a queue on Redis or Valkey: the only file that knows BullMQ.
import type { Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { DuetError, messageOf } from '../errors.ts';
import { checkSchema } from '../files/schema-error.ts';
import { type ShardJob, shardJobSchema } from './queue-jobs.ts';

export type QueueOptions = {
  /** redis://[user:password@]host:port[/db], or rediss:// */
  readonly url: string;
  readonly name: string;
  /** Called when the queue goes away, and when it comes back. */
  readonly onState?: ((isThere: boolean) => void) | undefined;
};

export type FailedShard = { readonly name: string; readonly reason: string };

export type ShardQueue = {
  /** The hash of the model whose jobs these are; undefined where nobody has said. */
  model(): Promise<string | undefined>;
  setModel(hash: string): Promise<void>;
  /** A shard that is in the queue already stays as it is; one that has failed is tried again. */
  add(job: ShardJob): Promise<void>;
  /** Jobs that wait or are worked on. */
  open(): Promise<number>;
  /** Jobs that have failed too often, with the last reason. */
  failed(): Promise<FailedShard[]>;
  close(): Promise<void>;
};

/** How often a shard is tried before it is left among the failed. */
const attempts = 3;
/** A worker that says nothing for so long is taken to be dead, and its shard is given to another. */
const lockMs = 15_000;
const checkMs = 5000;
const connectMs = 5000;

async function modules() {
  try {
    return { ...(await import('bullmq')), Redis: (await import('ioredis')).Redis };
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new DuetError(
      'A queue needs the npm packages bullmq and ioredis; install them with "npm install bullmq ioredis".',
    );
  }
}

/** @throws DuetError where there is no queue at first; later on it is waited for. */
async function connect({ url, onState }: QueueOptions): Promise<Redis> {
  const { Redis } = await modules();
  const address = checkedUrl(url);
  const first = new Redis(url, {
    ...{ lazyConnect: true, connectTimeout: connectMs, maxRetriesPerRequest: 0, retryStrategy: () => null },
  });
  let last: unknown;
  first.on('error', (error) => {
    last = error;
  });
  try {
    await first.connect();
    await first.ping();
  } catch (error) {
    const reason = messageOf(last ?? error);
    throw new DuetError(
      `The queue ${address} cannot be used (${reason}); start Redis or Valkey there, or check --queue.`,
    );
  } finally {
    first.disconnect();
  }
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(times * 200, 2000) });
  let isThere = true;
  const say = (now: boolean) => {
    if (now !== isThere) onState?.(now);
    isThere = now;
  };
  redis.on('error', () => say(false));
  redis.on('ready', () => say(true));
  return redis;
}

/** Without a password, for messages. */
function checkedUrl(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    if (/^rediss?:$/.test(protocol) && host !== '') return `${protocol}//${host}`;
  } catch {
    // As any other text.
  }
  throw new DuetError('A queue is named by a URL such as redis://queue-box:6379; check --queue.');
}

const jobOptions = {
  attempts,
  backoff: { type: 'exponential', delay: 1000 },
  removeOnComplete: true,
  removeOnFail: false,
};

/** For those who give work. Close it when done. */
export async function openShardQueue(options: QueueOptions): Promise<ShardQueue> {
  const connection = await connect(options);
  const { Queue: QueueOf } = await modules();
  const queue: Queue<ShardJob> = new QueueOf(options.name, { connection });
  queue.on('error', () => undefined);
  return {
    model: async () => (await connection.get(modelKey(options.name))) ?? undefined,
    setModel: async (hash) => void (await connection.set(modelKey(options.name), hash)),
    async add(job) {
      const known: Job<ShardJob> | undefined = await queue.getJob(job.name);
      if (known && (await known.isFailed())) await known.remove();
      await queue.add('shard', job, { ...jobOptions, jobId: job.name });
    },
    async open() {
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
    failed: async () =>
      (await queue.getFailed(0, 99)).map((job) => ({ name: String(job.id), reason: job.failedReason ?? 'unknown' })),
    async close() {
      await queue.close();
      connection.disconnect();
    },
  };
}

export type ShardWorkerOptions = QueueOptions & {
  /** Makes a shard's file. What it throws is the job's failure. */
  readonly work: (job: ShardJob, signal: AbortSignal) => Promise<void>;
  /** Of the model of this worker. */
  readonly model: string;
  /** Gives an unfinished shard back, and ends. */
  readonly signal: AbortSignal;
  /** Ends when there is nothing left to do, instead of waiting for more. */
  readonly untilEmpty: boolean;
};

/** Works on shards until the signal. @throws DuetError for jobs of another model, which stay in the queue. */
export async function workOnShards(options: ShardWorkerOptions): Promise<void> {
  const { name, model, work, signal, untilEmpty } = options;
  const connection = await connect(options);
  const { Worker: WorkerOf, DelayedError } = await modules();
  const queue = await openShardQueue(options);
  const stop = new AbortController();
  const end = (reason: unknown) => stop.abort(reason);
  const give = () => end(signal.reason);
  signal.addEventListener('abort', give);
  if (signal.aborted) give();
  let worker: Worker<ShardJob> | undefined;
  try {
    const other = await queue.model();
    if (other !== undefined && other !== model && (await queue.open()) > 0) throw otherModel(name);
    worker = new WorkerOf<ShardJob>(
      name,
      async (job, token) => {
        const giveBack = async () => {
          // Not at once, so that this worker does not take it again on its way out.
          await job.moveToDelayed(Date.now() + 1000, token);
          throw new DelayedError();
        };
        const shard = checkSchema(shardJobSchema, job.data, `The job ${job.id}`);
        if (shard.model !== model) {
          end(otherModel(name));
          return giveBack();
        }
        try {
          await work(shard, stop.signal);
        } catch (error) {
          if (stop.signal.aborted) return giveBack();
          throw error;
        }
      },
      { connection, concurrency: 1, lockDuration: lockMs, stalledInterval: checkMs, maxStalledCount: 100 },
    );
    worker.on('error', () => undefined);
    await stopped(stop.signal, untilEmpty ? async () => (await queue.open()) === 0 : undefined);
    if (stop.signal.aborted && !signal.aborted) throw stop.signal.reason;
  } finally {
    signal.removeEventListener('abort', give);
    await worker?.close();
    await queue.close();
    connection.disconnect();
  }
}

const pollMs = 1000;

async function stopped(signal: AbortSignal, isDone?: () => Promise<boolean>): Promise<void> {
  while (!signal.aborted && !(await isDone?.()))
    await new Promise<void>((done) => {
      setTimeout(done, pollMs);
      signal.addEventListener('abort', () => done(), { once: true });
    });
}

function otherModel(name: string): DuetError {
  return new DuetError(
    `The queue "${name}" is for another model than this worker's; give the worker the run of the archive, or another --queue-name.`,
  );
}

function modelKey(name: string): string {
  return `duet:${name}:model`;
}
