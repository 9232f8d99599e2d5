// Batch makers in worker threads: a running ONNX session blocks the main thread, and batches must be ready when it
// ends.
import { Worker } from 'node:worker_threads';
import { DuetError, messageOf } from '../errors.ts';
import type { BatchOrder } from './batch.ts';
import type { BatchMaker, MadeBatch } from './batch-maker.ts';
import { createCacheBatchMaker } from './batch-maker-node.ts';
import type { Intake } from './intake.ts';
import type { IntakeOrigin } from './intake-origin.ts';
import { isCompiled } from './is-compiled.ts';

export type NumberedOrder = { readonly number: number; readonly order: BatchOrder };
export type BatchAnswer =
  | { readonly number: number; readonly made: MadeBatch }
  | { readonly number: number; readonly failure: string };

/** What a loading thread is started with. */
export type LoaderArgument = { readonly folder: string; readonly origin: IntakeOrigin };

export type BatchPoolOptions = {
  readonly folder: string;
  readonly intake: Intake;
  /** Where threads find the intake; without it the caller's thread makes the batches. */
  readonly origin: IntakeOrigin | undefined;
  readonly workers: number;
};

export type BatchPool = BatchMaker & { close(): Promise<void> };

/**
 * A pool of `workers` threads; with 0, and from TypeScript sources, the caller's own. An idle pool does not keep the
 * process alive.
 */
export function openBatchPool({ folder, intake, origin, workers }: BatchPoolOptions): BatchPool {
  if (workers === 0 || !origin || !isCompiled)
    return { ...createCacheBatchMaker(folder, intake), close: async () => undefined };
  const threads = Array.from({ length: workers }, () => startThread({ folder, origin }));
  return {
    make: (order) =>
      threads.reduce((least, thread) => (thread.pending() < least.pending() ? thread : least)).make(order),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function startThread(argument: LoaderArgument): BatchPool & { pending(): number } {
  const worker = new Worker(new URL('./batch-worker-node.js', import.meta.url), { workerData: argument });
  const waiting = new Map<number, { resolve(made: MadeBatch): void; reject(error: Error): void }>();
  let orders = 0;
  let ended: Error | undefined;
  worker.unref();

  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', (answer: BatchAnswer) => {
    const asker = waiting.get(answer.number);
    waiting.delete(answer.number);
    // An answer that comes while the thread is being ended must not let the process end before it.
    if (waiting.size === 0 && !ended) worker.unref();
    if ('made' in answer) asker?.resolve(answer.made);
    else asker?.reject(new Error(answer.failure));
  });
  worker.on('error', (error) => end(crash(messageOf(error))));
  worker.on('exit', (code) => end(crash(`exit code ${code}`)));

  return {
    pending: () => waiting.size,
    make: (order) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const number = orders++;
        waiting.set(number, { resolve, reject });
        worker.ref();
        worker.postMessage({ number, order } satisfies NumberedOrder);
      }),
    close: async () => {
      end(new DuetError('Loading was stopped because the feed of batches was closed; open a new one.'));
      await worker.terminate();
    },
  };
}

function crash(what: string): DuetError {
  return new DuetError(
    `A loading thread stopped unexpectedly (${what}); run again, with a smaller batch if memory is short.`,
  );
}
