// A worker thread that makes batches, one after another, until it is stopped.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createCacheBatchMaker } from './batch-maker-node.ts';
import type { BatchAnswer, LoaderArgument, NumberedOrder } from './batch-pool-node.ts';
import { intakeFrom } from './intake-origin.ts';

const { folder, origin } = workerData as LoaderArgument;
const maker = createCacheBatchMaker(folder, await intakeFrom(origin));
const port = parentPort as MessagePort;
let last: Promise<void> = Promise.resolve();

port.on('message', (order: NumberedOrder) => {
  last = last.then(() => answer(order));
});

async function answer({ number, order }: NumberedOrder): Promise<void> {
  try {
    const made = await maker.make(order);
    // Moved to the other thread, not copied.
    send({ number, made }, Object.values(made.batch.arrays).map(({ buffer }) => buffer) as ArrayBuffer[]);
  } catch (error) {
    send({ number, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function send(message: BatchAnswer, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
