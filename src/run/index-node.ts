// An index of videos: what a trained adapter says of each of their windows, kept so that words find the windows.
import { join, resolve } from 'node:path';
import { fileHash } from '../data/content-hash-node.ts';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { cacheHome } from '../files/cache-home-node.ts';
import { joinFloat32 } from '../files/tensor-values.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { type IndexDescription, type IndexWriter, writeIndex } from '../search/index-folder-node.ts';
import { type FoundFile, planUpdate } from '../search/plan-update.ts';
import { createContentHash } from '../weights/content-hash.ts';
import type { Adapter } from './adapter.ts';
import { findVideos, foundFile } from './find-videos-node.ts';
import { type FilePredictor, openFilePredictor } from './predict-node.ts';
import { builtInSearchModel } from './search-model-node.ts';

/** The vectors that hold a window's shares of the classes. */
export const sharesKind = 'classes';

export type IndexEvent =
  | { readonly kind: 'model'; readonly provider: string }
  /** Files are looked at, to see whether they are known. */
  | { readonly kind: 'compared'; readonly path: string }
  /** What has to be read. */
  | { readonly kind: 'planned'; readonly files: number }
  | { readonly kind: 'reading'; readonly path: string; readonly done: number }
  | { readonly kind: 'window'; readonly path: string; readonly done: number; readonly window: number };

/** Which videos are indexed, by which run. */
export type IndexVideosOptions = {
  /**
   * Folder that training wrote, or any adapter folder; its system must give vectors or shares of classes. Default: the
   * built-in search model.
   */
  readonly run?: string | undefined;
  /** Videos, and folders whose videos are all taken. */
  readonly videos: readonly string[];
  /** The index's folder: a new one, an empty one, or an index that is brought up to date. */
  readonly index: string;
  /** Seconds from one window of a longer video to the next; the system's own choice by default. */
  readonly hop?: number | undefined;
  /** Leave behind what there is, of whatever model. Default: no. */
  readonly rebuild?: boolean | undefined;
  readonly backbone?: string | undefined;
  readonly session?: SessionOptions | undefined;
  /** Stops between windows; the files that are done stay in the index. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each video. */
  readonly onEvent?: ((event: IndexEvent) => void) | undefined;
};

export type SkippedFile = { readonly path: string; readonly reason: string };

/** What one update did, and what the index then has. */
export type IndexUpdate = {
  /** Read in this update. */
  readonly added: number;
  readonly unchanged: number;
  /** Known by their content: they lie elsewhere now, or are copies. */
  readonly moved: number;
  /** No longer there. */
  readonly gone: number;
  readonly files: number;
  readonly windows: number;
  /** All that could not be read, in this update or an earlier one; they are tried again when they change. */
  readonly skipped: readonly SkippedFile[];
};

/**
 * Makes an index of videos, or brings it up to date: only new and changed files are read. Files of earlier updates stay
 * in it for as long as they exist. A file counts once it is read to its end, so that nothing else is lost by a stop.
 * @throws DuetError for an adapter without classes, an index of another model, and a disk that is full.
 */
export async function indexVideos(options: IndexVideosOptions): Promise<IndexUpdate> {
  const { run, index, backbone, session, signal, onEvent, rebuild = false } = options;
  const found = await findVideos(options.videos);
  // A video that lacks picture or sound is found by what it has.
  const predictor = await openFilePredictor({
    run: run ?? builtInSearchModel,
    backbone,
    missing: 'zero',
    session,
    signal,
  });
  try {
    onEvent?.({ kind: 'model', provider: predictor.provider });
    const description = descriptionOf(predictor.adapter, run, options);
    return await writeIndex(index, description, (writer) => update(writer, predictor, found, options), { rebuild });
  } finally {
    await predictor.release();
  }
}

function descriptionOf(
  adapter: Adapter,
  run: string | undefined,
  { hop, session }: IndexVideosOptions,
): IndexDescription {
  const { labels } = adapter.known;
  const { shares, vectors } = adapter.open;
  if (!shares && !vectors)
    throw new DuetError(
      `${run} is an adapter of ${adapter.system.name}, which gives neither vectors nor classes to find videos by; ` +
        'use one that does, or leave it out.',
    );
  return {
    models: {
      adapter: indexedBy(adapter),
      'step between windows': hop === undefined ? 'the usual' : `${hop} s`,
      ...(session?.precision === 'int8' && { precision: 'int8' }),
    },
    kinds: vectors?.kinds ?? { [sharesKind]: labels.length },
    ...(!vectors && { names: { [sharesKind]: [...labels] } }),
    ...(run !== undefined && { run: resolve(run) }),
  };
}

/** What an index calls the model that it was made by: a fingerprint of all that a window's answer depends on. */
export function indexedBy({ system, tensors, known, settings, open }: Adapter): string {
  const hash = createContentHash();
  const { backbone, labels, background = null, decision = null } = known;
  hash.text(JSON.stringify([backbone.hash, labels, background, decision, { ...settings, missing: null }]));
  for (const [name, values] of tensors) {
    hash.text(name);
    hash.numbers(values);
  }
  // The backbone's hash leaves out its classifier, whose names are what some systems index.
  if (open.vectors)
    for (const name of ['head.weight', 'head.bias'] as const)
      hash.numbers(backbone.weights.get(name)?.data ?? new Float32Array(0));
  return `${system.name} ${hash.digest()}`;
}

async function update(
  writer: IndexWriter,
  predictor: FilePredictor,
  named: readonly FoundFile[],
  { hop, signal, onEvent }: IndexVideosOptions,
): Promise<IndexUpdate> {
  const { state } = writer;
  const files = new Map(named.map((file) => [file.path, file]));
  for (const path of [...state.files.keys(), ...state.failed.keys()]) {
    const file = files.has(path) ? undefined : await foundFile(path);
    if (file) files.set(path, file);
  }
  const hashes = join(cacheHome(), 'index');
  const plan = await planUpdate(state, [...files.values()], async (path) => {
    signal?.throwIfAborted();
    onEvent?.({ kind: 'compared', path });
    // What cannot be read is like no other file, and is reported when it is opened.
    return fileHash(hashes, path).catch(() => `unreadable ${path}`);
  });
  for (const line of plan.lines) await writer.note(line);
  onEvent?.({ kind: 'planned', files: plan.toRead.length });
  let added = 0;
  for (const [done, file] of plan.toRead.entries()) {
    onEvent?.({ kind: 'reading', path: file.path, done });
    const onWindow = (window: number) => onEvent?.({ kind: 'window', path: file.path, done, window });
    const read = await readVectors(predictor, file.path, { hop, signal, onWindow });
    if ('reason' in read) {
      const { path, size, modified } = file;
      await writer.note({ kind: 'failed', path, size, modified, error: read.reason });
    } else {
      await writer.add(file, read.windows, read.vectors);
      added++;
    }
  }
  const goneFiles = plan.lines.filter(({ kind }) => kind === 'gone').length;
  return {
    ...{ added, unchanged: plan.unchanged, moved: plan.lines.length - goneFiles, gone: goneFiles },
    files: state.files.size,
    windows: [...state.files.values()].reduce((total, { windows }) => total + windows.length, 0),
    skipped: [...state.failed.values()].map(({ path, error }) => ({ path, reason: error })),
  };
}

type ReadVectors = {
  readonly windows: readonly (readonly [number, number])[];
  /** [windows, numbers of the kind] by kind. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
};

type ReadOptions = {
  readonly hop: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Called with how many are done. */
  readonly onWindow: (windows: number) => void;
};

/** What a file's windows show, or why it cannot be read. Only a stop is thrown. */
async function readVectors(
  predictor: FilePredictor,
  path: string,
  { hop, signal, onWindow }: ReadOptions,
): Promise<ReadVectors | { readonly reason: string }> {
  const { open } = predictor.adapter;
  const windows: [number, number][] = [];
  const vectors: Record<string, Float32Array[]> = {};
  try {
    for await (const { window, answer } of predictor.predict({ kind: 'video', path }, { hop, signal })) {
      windows.push([window.start, window.end]);
      const own = open.vectors?.ofAnswer(answer) ?? { [sharesKind]: Float32Array.from(open.shares!(answer).shares) };
      for (const [kind, vector] of Object.entries(own)) {
        vectors[kind] ??= [];
        vectors[kind].push(vector);
      }
      onWindow(windows.length);
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    return { reason: isDuetError(error) ? error.message : `${messageOf(error)} (a fault of the program at this file)` };
  }
  return {
    windows,
    vectors: Object.fromEntries(Object.entries(vectors).map(([kind, rows]) => [kind, joinFloat32(rows)])),
  };
}
