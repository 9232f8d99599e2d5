// Loaders in worker threads. Running ONNX sessions block the main thread, so decoding must not depend on it.
import { Worker } from 'node:worker_threads';
import { DuetError, messageOf } from '../errors.ts';
import type { MediaReference } from '../media/media.ts';
import type { BatchOrder } from './batch.ts';
import type { FeatureCacheOptions, OpenReference } from './feature-cache-node.ts';
import { createLoader, type Loader } from './loader-node.ts';

export type LoaderOptions = Omit<FeatureCacheOptions, 'openReference'>;

export type WorkerOrder =
  | { readonly number: number; readonly kind: 'ensure'; readonly clips: readonly MediaReference[] }
  | { readonly number: number; readonly kind: 'load'; readonly order: BatchOrder };
export type WorkerAnswer =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly failure: { readonly message: string; readonly isDuetError: boolean } };

export type LoaderPool = Loader & {
  /** How many orders can be worked on at once. */
  readonly workers: number;
  close(): Promise<void>;
};

/** True where this module runs compiled, so that the worker's module is there to be started. */
const isCompiled = import.meta.url.endsWith('.js');

/**
 * A pool of `workers` threads; 0, or a decoder of the caller's own, loads in the caller's thread, as does running from TypeScript sources.
 * An idle pool does not keep the process alive.
 */
export async function openLoaderPool(options: LoaderOptions, workers: number, openReference?: OpenReference): Promise<LoaderPool> {
  if (openReference || workers === 0 || !isCompiled) {
    const decoder = openReference ?? (await import('../media/open-reference-node.ts')).openReference;
    return { ...createLoader({ ...options, openReference: decoder }), workers: 1, close: async () => undefined };
  }
  const threads = Array.from({ length: workers }, () => startThread(options));
  const leastBusy = () => threads.reduce((least, thread) => (thread.pending() < least.pending() ? thread : least));
  return {
    workers,
    ensure: (clips) => leastBusy().send({ kind: 'ensure', clips }) as ReturnType<Loader['ensure']>,
    load: (order) => leastBusy().send({ kind: 'load', order }) as ReturnType<Loader['load']>,
    close: async () => {
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}

type Unnumbered<Order> = Order extends unknown ? Omit<Order, 'number'> : never;
type Thread = { send(order: Unnumbered<WorkerOrder>): Promise<unknown>; pending(): number; stop(): Promise<void> };

function startThread(options: LoaderOptions): Thread {
  const worker = new Worker(new URL('./loading-worker-node.js', import.meta.url), { workerData: options });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let orders = 0;
  let ended: Error | undefined;
  worker.unref();

  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', (answer: WorkerAnswer) => {
    const asker = waiting.get(answer.number);
    waiting.delete(answer.number);
    if (waiting.size === 0) worker.unref();
    if (!asker) return;
    if ('result' in answer) asker.resolve(answer.result);
    else asker.reject(answer.failure.isDuetError ? new DuetError(answer.failure.message) : new Error(answer.failure.message));
  });
  worker.on('error', (error) => end(crash(messageOf(error))));
  worker.on('exit', (code) => end(crash(`exit code ${code}`)));

  return {
    pending: () => waiting.size,
    send: (order) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const number = orders++;
        waiting.set(number, { resolve, reject });
        worker.ref();
        worker.postMessage({ ...order, number });
      }),
    stop: async () => {
      end(new DuetError('Loading was stopped because the feed of batches was closed; open a new one.'));
      await worker.terminate();
    },
  };
}

function crash(what: string): DuetError {
  return new DuetError(
    `A loading worker stopped unexpectedly (${what}); run again, and if it repeats, use --workers 0 to see which clip is the cause.`,
  );
}
