// A worker thread that is asked and answers, one order after another: both ends of it. Only plain data crosses over.
import { type MessagePort, parentPort, type Transferable, Worker } from 'node:worker_threads';
import { messageOf } from '../errors.ts';

type Asked<Order> = { readonly number: number; readonly order: Order };
type Said<Answer> =
  | { readonly number: number; readonly answer: Answer }
  | { readonly number: number; readonly failure: string };

export type AskedThread<Order, Answer> = {
  /** How many orders wait for their answer. */
  pending(): number;
  /** @throws what the thread threw, as an Error with the text that it was sent with. */
  ask(order: Order): Promise<Answer>;
  close(): Promise<void>;
};

export type AskedThreadOptions = {
  /** A compiled module that calls answerInThread. */
  readonly script: URL;
  readonly argument?: unknown;
  /** What orders end with at which the thread ended; `how` is a message or an exit code. */
  readonly crashed: (how: string) => Error;
  /** What orders end with when the thread is closed. */
  readonly closed: () => Error;
};

/** Starts the thread. An idle one does not keep the process alive. */
export function openAskedThread<Order, Answer>(options: AskedThreadOptions): AskedThread<Order, Answer> {
  const worker = new Worker(options.script, { workerData: options.argument });
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  let orders = 0;
  let ended: Error | undefined;
  worker.unref();

  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', (said: Said<Answer>) => {
    const asker = waiting.get(said.number);
    waiting.delete(said.number);
    // An answer that comes while the thread is being ended must not let the process end before it.
    if (waiting.size === 0 && !ended) worker.unref();
    if ('answer' in said) asker?.resolve(said.answer);
    else asker?.reject(new Error(said.failure));
  });
  worker.on('error', (error) => end(options.crashed(messageOf(error))));
  worker.on('exit', (code) => end(options.crashed(`exit code ${code}`)));

  return {
    pending: () => waiting.size,
    ask: (order) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const number = orders++;
        waiting.set(number, { resolve, reject });
        worker.ref();
        worker.postMessage({ number, order } satisfies Asked<Order>);
      }),
    close: async () => {
      end(options.closed());
      await worker.terminate();
    },
  };
}

export type ThreadAnswering<Order, Answer> = {
  answer(order: Order): Promise<Answer>;
  /** What of an answer is moved to the asker and not copied. */
  moved?(answer: Answer): readonly Transferable[];
  /** The text of an error for the asker. */
  failureOf(error: unknown): string;
};

/** Called in the thread: answers until it is stopped. */
export function answerInThread<Order, Answer>({ answer, moved, failureOf }: ThreadAnswering<Order, Answer>): void {
  const port = parentPort as MessagePort;
  let last: Promise<void> = Promise.resolve();
  port.on('message', ({ number, order }: Asked<Order>) => {
    last = last.then(async () => {
      try {
        const given = await answer(order);
        port.postMessage({ number, answer: given } satisfies Said<Answer>, [...(moved?.(given) ?? [])]);
      } catch (error) {
        port.postMessage({ number, failure: failureOf(error) } satisfies Said<Answer>);
      }
    });
  });
}
