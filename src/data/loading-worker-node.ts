// A worker thread that answers loading orders one after another until it is told to stop.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { isDuetError, messageOf } from '../errors.ts';
import { openReference } from '../media/open-reference-node.ts';
import { createLoader, type LoadedBatch } from './loader-node.ts';
import type { LoaderOptions, WorkerAnswer, WorkerOrder } from './loader-pool-node.ts';

const loader = createLoader({ ...(workerData as LoaderOptions), openReference });
const port = parentPort as MessagePort;
let last: Promise<void> = Promise.resolve();

port.on('message', (order: WorkerOrder) => {
  last = last.then(() => answer(order));
});

async function answer(order: WorkerOrder): Promise<void> {
  try {
    if (order.kind === 'ensure') {
      send({ number: order.number, result: await loader.ensure(order.clips) });
    } else {
      const result = await loader.load(order.order);
      send({ number: order.number, result }, buffersOf(result));
    }
  } catch (error) {
    const stack = error instanceof Error && !isDuetError(error) ? error.stack : undefined;
    send({ number: order.number, failure: { message: stack ?? messageOf(error), isDuetError: isDuetError(error) } });
  }
}

function send(message: WorkerAnswer, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/** Moved to the other thread, not copied. */
function buffersOf({ batch }: LoadedBatch): ArrayBuffer[] {
  return [batch.images.buffer, batch.spectrograms.buffer, batch.labels.buffer] as ArrayBuffer[];
}
