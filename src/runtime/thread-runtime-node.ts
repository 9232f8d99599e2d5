// ONNX Runtime in a thread of its own: a running session blocks its thread, and a server must go on answering. A graph
// that is loaded again while it is loaded shares its session.
import { createHash } from 'node:crypto';
import * as ort from 'onnxruntime-node';
import { openAskedThread } from '../threads/ask-thread-node.ts';
import { isCompiled } from '../threads/is-compiled.ts';
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
  if (!isCompiled) return { open: nodeSessions(options), loaded: () => 0, close: async () => undefined };
  const thread = openAskedThread<ThreadOrder, PlainTensors>({
    script: new URL('./session-thread-node.js', import.meta.url),
    crashed: (how) => new Error(`The thread that runs the model stopped (${how}).`),
    closed: () => new Error('The thread that runs the model was closed.'),
  });
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
      run: (feeds: PlainTensors) => thread.ask({ do: 'run', session, feeds: plainTensors(feeds) }),
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
