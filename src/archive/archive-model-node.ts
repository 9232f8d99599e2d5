// What answers the clips of an archive: a model, the processes that read, and the key under which its answers are kept.
import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import type { ManifestClip } from '../data/manifest-node.ts';
import type { MissingPolicy } from '../data/model-inputs.ts';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { checkSchema } from '../files/schema-error.ts';
import { referencePaths } from '../media/media.ts';
import { answerWindows } from '../run/answer-windows.ts';
import { indexedBy } from '../run/index-node.ts';
import { openAdapter } from '../run/open-adapter-node.ts';
import { openBatchedModel } from '../run/shared-batches.ts';
import { openWindowReaders } from '../run/window-readers-node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { openThreadSessions } from '../runtime/thread-runtime-node.ts';
import { hashOf, portableMessage } from './shards-node.ts';

/** What beside the model decides an answer; plain data, which jobs carry. */
export type ArchiveSettings = {
  readonly hop: number | null;
  readonly missing: MissingPolicy;
  /** Of the system's result; see `resultOptions`. */
  readonly options: Readonly<Record<string, unknown>>;
};

export type ArchiveModelOptions = {
  readonly run: string;
  readonly backbone?: string | undefined;
  readonly settings: ArchiveSettings;
  readonly session?: SessionOptions | undefined;
  /** That read clips. */
  readonly processes: number;
  readonly signal?: AbortSignal | undefined;
};

export type AnsweredShard = {
  /** The text of its file. */
  readonly lines: string;
  /** Rows that could not be read, with the reason in their line. */
  readonly failed: number;
};

export type ArchiveModel = {
  readonly system: string;
  /** A hash of all that the model's answers depend on, but for the settings. */
  readonly hash: string;
  /** The same with the settings. */
  readonly key: string;
  /**
   * A line for each row, in their order. @param onRow called as rows are done.
   * @throws DuetError when none of the shard's files is there, which is no fault of theirs.
   */
  answer(rows: readonly ManifestClip[], signal: AbortSignal, onRow?: () => void): Promise<AnsweredShard>;
  release(): Promise<void>;
};

/** Raised whenever lines of the same model would be others than before. */
const formatVersion = 1;
/** Windows that are computed together: always as many, so that an answer is the same whatever it is computed with. */
const batch = 8;

/** Release it when done. @throws DuetError for what is no run, and options that its system does not have. */
export async function openArchiveModel(options: ArchiveModelOptions): Promise<ArchiveModel> {
  const { run, backbone, settings, session, processes, signal } = options;
  const { missing, hop } = settings;
  const adapter = await openAdapter(run, { backbone, changes: { missing }, signal });
  const { open, system } = adapter;
  const resultOptions = checkSchema(system.resultOptions, settings.options, `An option of ${system.name}`);
  const sessions = openThreadSessions(session);
  const model = await openBatchedModel(adapter, { openSession: sessions.open, most: batch, soon: false }).catch(
    async (error) => {
      await sessions.close();
      throw error;
    },
  );
  const readers = openWindowReaders({
    adapters: [{ run: resolve(run), backbone, missing }],
    session: { ...session, threads: 1 },
    processes,
  });

  async function answerClip({ media }: ManifestClip, signal: AbortSignal): Promise<unknown> {
    const reader = await readers.take(signal);
    try {
      const { windows } = await reader.open(media, { adapter: 0, hop: hop ?? undefined });
      const answers: unknown[] = [];
      for await (const answer of answerWindows(windows, model)) answers.push(answer);
      return open.result(answers, resultOptions);
    } finally {
      reader.release();
    }
  }

  async function outcomeOf(clip: ManifestClip, signal: AbortSignal): Promise<{ result: unknown } | { error: string }> {
    try {
      return { result: await answerClip(clip, signal) };
    } catch (error) {
      signal.throwIfAborted();
      if (!isDuetError(error)) throw error;
      return { error: portableMessage(messageOf(error), clip) };
    }
  }

  const precision = session?.precision ?? 'float32';
  const hash = hashOf(JSON.stringify([formatVersion, indexedBy(adapter), precision]));
  return {
    system: system.name,
    hash,
    key: hashOf(JSON.stringify([hash, hop, missing, resultOptions])),
    async answer(rows, signal, onRow) {
      // Each row that waits listens.
      setMaxListeners(0, signal);
      await checkPresence(rows);
      const outcomes = await Promise.all(
        rows.map(async (row) => {
          const outcome = await outcomeOf(row, signal);
          onRow?.();
          return { row: row.row, clip: row.id, ...outcome };
        }),
      );
      return {
        lines: outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''),
        failed: outcomes.filter((outcome) => 'error' in outcome).length,
      };
    },
    async release() {
      readers.close();
      await model.release();
      await sessions.close();
    },
  };
}

/** Files that are all away are a disk that is not mounted, and no result that should be kept. */
async function checkPresence(rows: readonly ManifestClip[]): Promise<void> {
  for (const { media } of rows)
    for (const path of referencePaths(media)) if ((await kindOfPath(path)) !== undefined) return;
  const [path] = referencePaths(rows[0]!.media);
  throw new DuetError(
    `None of the files of ${rows.length === 1 ? 'a shard' : `${rows.length} rows`} is there (the first is ${path}); check the paths, and that their disk is mounted.`,
  );
}
