// A worker thread that makes batches, one after another, until it is stopped.
import { workerData } from 'node:worker_threads';
import { answerInThread } from '../threads/ask-thread-node.ts';
import type { BatchOrder } from './batch.ts';
import type { MadeBatch } from './batch-maker.ts';
import { createCacheBatchMaker } from './batch-maker-node.ts';
import type { LoaderArgument } from './batch-pool-node.ts';
import { intakeFrom } from './intake-origin.ts';

const { folder, origin } = workerData as LoaderArgument;
const maker = createCacheBatchMaker(folder, await intakeFrom(origin));

answerInThread<BatchOrder, MadeBatch>({
  answer: (order) => maker.make(order),
  moved: ({ batch }) => Object.values(batch.arrays).map(({ buffer }) => buffer as ArrayBuffer),
  failureOf: (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
});
