// ONNX Runtime in a thread of its own: a running session blocks its thread, and a server must go on answering. A graph
// that is loaded again while it is loaded shares its session.
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { messageOf } from '../errors.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import { type OpenSession, type SessionOptions, sessionOpener } from './session.ts';
import { nodeSessions } from './session-node.ts';

/** A tensor as it crosses between threads. */
export type PlainTensor = { readonly type: string; readonly data: unknown; readonly dims: readonly number[] };
export type PlainTensors = Readonly<Record<string, PlainTensor>>;

export type ThreadOrder =
  | { readonly do: 'create'; readonly session: string; readonly bytes: Uint8Array; readonly settings: object }
  | { readonly do: 'run'; readonly session: string; readonly feeds: PlainTensors }
  | { readonly do: 'release'; readonly session: string };

export type NumberedThreadOrder = { readonly number: number; readonly order: ThreadOrder };
export type ThreadAnswer =
  | { readonly number: number; readonly results: PlainTensors }
  | { readonly number: number; readonly failure: string };

export type ThreadSessions = {
  readonly open: OpenSession;
  /** How many graphs are loaded: the same graph twice is one. */
  loaded(): number;
  close(): Promise<void>;
};

/**
 * Loads graphs in one thread, which runs them one after another. From TypeScript sources they run in the caller's.
 * Close it when all sessions are released.
 */
export function openThreadSessions(options?: SessionOptions): ThreadSessions {
  if (!import.meta.url.endsWith('.js'))
    return { open: nodeSessions(options), loaded: () => 0, close: async () => undefined };
  const thread = startThread();
  const users = new Map<string, { count: number; readonly created: Promise<unknown> }>();
  const create = async (bytes: Uint8Array, settings: object) => {
    const session = createHash('sha256').update(bytes).update(JSON.stringify(settings)).digest('hex');
    const shared = users.get(session) ?? { count: 0, created: thread.ask({ do: 'create', session, bytes, settings }) };
    users.set(session, shared);
    shared.count++;
    const release = async () => {
      if (--shared.count > 0) return;
      users.delete(session);
      await thread.ask({ do: 'release', session });
    };
    await shared.created.catch((error) => {
      users.delete(session);
      throw error;
    });
    return {
      run: async (feeds: PlainTensors) =>
        (await thread.ask({ do: 'run', session, feeds: plainTensors(feeds) })).results,
      release,
    };
  };
  const runtime = { InferenceSession: { create }, Tensor: ort.Tensor } as unknown as OnnxRuntime;
  return { open: sessionOpener(runtime, options), loaded: () => users.size, close: thread.close };
}

/** Their fields alone: a tensor's methods cannot cross. */
export function plainTensors(tensors: PlainTensors): PlainTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, data, dims }]) => [name, { type, data, dims }]),
  );
}

type Answer = Extract<ThreadAnswer, { results: PlainTensors }>;

function startThread(): { ask(order: ThreadOrder): Promise<Answer>; close(): Promise<void> } {
  const worker = new Worker(new URL('./session-thread-node.js', import.meta.url));
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  let orders = 0;
  let ended: Error | undefined;
  worker.unref();
  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', (answer: ThreadAnswer) => {
    const asker = waiting.get(answer.number);
    waiting.delete(answer.number);
    if (waiting.size === 0 && !ended) worker.unref();
    if ('results' in answer) asker?.resolve(answer);
    else asker?.reject(new Error(answer.failure));
  });
  worker.on('error', (error) => end(new Error(`The thread that runs the model stopped: ${messageOf(error)}`)));
  worker.on('exit', (code) => end(new Error(`The thread that runs the model stopped (exit code ${code}).`)));
  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const number = orders++;
        waiting.set(number, { resolve, reject });
        worker.ref();
        worker.postMessage({ number, order } satisfies NumberedThreadOrder);
      }),
    close: async () => {
      end(new Error('The thread that runs the model was closed.'));
      await worker.terminate();
    },
  };
}
