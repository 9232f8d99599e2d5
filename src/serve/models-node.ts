// The adapters that are served: each backbone opened once, each graph loaded once, and the processes that read clips.
import { basename, resolve } from 'node:path';
import type { MissingPolicy } from '../data/model-inputs.ts';
import { DuetError } from '../errors.ts';
import type { MediaReference } from '../media/media.ts';
import { type Adapter, fitAdapter } from '../run/adapter.ts';
import { answerWindows } from '../run/answer-windows.ts';
import { type BatchedModel, openBatchedModel } from '../run/shared-batches.ts';
import { openWindowReaders, type WindowReaders } from '../run/window-readers-node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { openThreadSessions } from '../runtime/thread-runtime-node.ts';
import { upgradeAdapter } from '../systems/registry.ts';
import { readAdapter } from '../weights/adapter-folder-node.ts';
import type { Backbone } from '../weights/backbone.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { checkClip } from './check-clip.ts';
import type { Limits } from './limits.ts';

export type ServedModel = {
  readonly name: string;
  readonly adapter: Adapter;
  readonly batched: BatchedModel;
};

/** What a clip's answer is made of, as it comes. */
export type ClipEvent =
  | { readonly kind: 'clip'; readonly seconds: number }
  | { readonly kind: 'window'; readonly result: unknown }
  | { readonly kind: 'result'; readonly result: unknown };

export type ClipRequest = {
  readonly reference: MediaReference;
  readonly hop?: number | undefined;
  /** Of the system's `resultOptions`. */
  readonly options: unknown;
  readonly signal: AbortSignal;
};

export type ServedModels = {
  readonly list: readonly ServedModel[];
  readonly readers: WindowReaders;
  /** The answer to each window, and at last the result of the clip. */
  predict(model: ServedModel, request: ClipRequest): AsyncGenerator<ClipEvent>;
  close(): Promise<void>;
};

export type ModelsOptions = {
  /** Folders, each with the name it is served under. */
  readonly runs: readonly { readonly name: string; readonly run: string }[];
  readonly backbone?: string | undefined;
  /** What to do about a clip without picture or sound. */
  readonly missing: MissingPolicy;
  readonly session?: SessionOptions | undefined;
  readonly limits: Limits;
  /** Whether reading processes may hand rare formats to an ffmpeg on the PATH. */
  readonly mayUseFfmpeg: boolean;
  readonly onBatch?: ((model: string, windows: number, seconds: number) => void) | undefined;
  readonly onCrash?: ((how: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** `NAME=RUN`, or a run, which is then named after its folder. @throws DuetError for names that are not plain or given twice. */
export function namedRuns(given: readonly string[]): { name: string; run: string }[] {
  const runs = given.map((text) => {
    const [, named, path] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
    const run = path ?? text;
    return { name: named ?? basename(resolve(run)), run };
  });
  for (const [index, { name, run }] of runs.entries()) {
    if (!/^[\w.-]+$/.test(name)) throw new DuetError(`"${name}" is no plain name; serve it as NAME=${run}.`);
    if (runs.findIndex((other) => other.name === name) < index)
      throw new DuetError(`Two runs are called "${name}"; serve one of them as NAME=${run}.`);
  }
  return runs;
}

/** Opens everything; close it when done. @throws DuetError for runs that are none, and backbones that are away. */
export async function openModels(options: ModelsOptions): Promise<ServedModels> {
  const { runs, missing, session, limits, onBatch, onCrash, signal } = options;
  const sessions = openThreadSessions(session);
  const list: ServedModel[] = [];
  const closeModels = async () => {
    for (const { batched } of list) await batched.release();
    await sessions.close();
  };
  try {
    const opened = new Map<string, Promise<Backbone>>();
    for (const { name, run } of runs) {
      const files = await readAdapter(run, upgradeAdapter);
      const { base_model_name_or_path: named, image_size: imageSize } = files.config;
      const source = options.backbone ?? named;
      const key = JSON.stringify([source, imageSize]);
      const backbone = opened.get(key) ?? openBackbone(source, { imageSize, ...(signal && { signal }) });
      opened.set(key, backbone);
      const adapter = await fitAdapter(files, await backbone, run, { missing });
      const batched = await openBatchedModel(adapter, {
        ...{ openSession: sessions.open, most: limits.batch, soon: true },
        onBatch: (windows, seconds) => onBatch?.(name, windows, seconds),
      });
      list.push({ name, adapter, batched });
    }
  } catch (error) {
    await closeModels();
    throw error;
  }
  const readers = openWindowReaders({
    adapters: runs.map(({ run }) => ({ run, backbone: options.backbone, missing })),
    // The processes share the machine with each other and with the model.
    session: { ...session, threads: 1 },
    processes: limits.concurrency,
    memoryBytes: limits.readerBytes,
    environment: options.mayUseFfmpeg ? process.env : { ...process.env, PATH: '' },
    onCrash,
  });
  return {
    list,
    readers,
    predict: (model, request) => predictClip({ model, index: list.indexOf(model), readers, limits }, request),
    async close() {
      readers.close();
      await closeModels();
    },
  };
}

type PredictClip = {
  readonly model: ServedModel;
  readonly index: number;
  readonly readers: WindowReaders;
  readonly limits: Limits;
};

async function* predictClip(
  { model, index, readers, limits }: PredictClip,
  { reference, hop, options, signal }: ClipRequest,
): AsyncGenerator<ClipEvent> {
  const { open } = model.adapter;
  const reader = await readers.take(signal);
  try {
    const { description, windows } = await reader.open(reference, { adapter: index, hop });
    checkClip(description, limits);
    yield { kind: 'clip', seconds: description.duration };
    const answers: unknown[] = [];
    for await (const answer of answerWindows(windows, model.batched)) {
      signal.throwIfAborted();
      answers.push(answer);
      yield { kind: 'window', result: open.result([answer], options) };
    }
    yield { kind: 'result', result: open.result(answers, options) };
  } finally {
    reader.release();
  }
}
