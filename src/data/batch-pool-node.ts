// Batch makers in worker threads: a running ONNX session blocks the main thread, and batches must be ready when it
// ends.
import { DuetError } from '../errors.ts';
import { openAskedThread } from '../threads/ask-thread-node.ts';
import { isCompiled } from '../threads/is-compiled.ts';
import type { BatchOrder } from './batch.ts';
import type { BatchMaker, MadeBatch } from './batch-maker.ts';
import { createCacheBatchMaker } from './batch-maker-node.ts';
import type { Intake } from './intake.ts';
import type { IntakeOrigin } from './intake-origin.ts';

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
  const threads = Array.from({ length: workers }, () =>
    openAskedThread<BatchOrder, MadeBatch>({
      script: new URL('./batch-worker-node.js', import.meta.url),
      argument: { folder, origin } satisfies LoaderArgument,
      crashed: crash,
      closed: () => new DuetError('Loading was stopped because the feed of batches was closed; open a new one.'),
    }),
  );
  return {
    make: (order) =>
      threads.reduce((least, thread) => (thread.pending() < least.pending() ? thread : least)).ask(order),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function crash(what: string): DuetError {
  return new DuetError(
    `A loading thread stopped unexpectedly (${what}); run again, with a smaller batch if memory is short.`,
  );
}
