// `duet predict RUN --manifest`: the shards of a manifest that are missing, one after another, on this machine.
import { manifestClips } from '../data/manifest-node.ts';
import { completeArchive, openArchiveFolder } from './archive-folder-node.ts';
import { type ArchiveModelOptions, openArchiveModel } from './archive-model-node.ts';
import { shardsOf } from './shards-node.ts';

/** Which part of the shards is made here: of every `of` shards one. */
export type Part = { readonly index: number; readonly of: number };

export type ArchiveEvent =
  | { readonly kind: 'row'; readonly done: number }
  | { readonly kind: 'shard'; readonly name: string; readonly shards: number };

export type PredictArchiveOptions = ArchiveModelOptions & {
  readonly manifest: string;
  readonly out: string;
  /** Rows of a shard. */
  readonly rows: number;
  readonly part: Part;
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: ArchiveEvent) => void) | undefined;
};

export type ArchiveSummary = {
  readonly shards: number;
  readonly rows: number;
  /** Shards that this call has written. */
  readonly written: number;
  /** Rows among these that could not be read. */
  readonly failed: number;
  /** Whether every shard of the manifest is there now. */
  readonly complete: boolean;
};

/**
 * Walks over the manifest, and makes what has no file yet. @throws DuetError for a manifest or a run that is none, a
 * folder of other results, and a full disk, with all shards kept that were made.
 */
export async function predictArchive(options: PredictArchiveOptions): Promise<ArchiveSummary> {
  const { manifest, out, rows, part, run, settings, signal, onEvent } = options;
  const model = await openArchiveModel(options);
  try {
    const { key, system } = model;
    const folder = await openArchiveFolder(out, { key, system, run, settings, rows });
    const names: string[] = [];
    let [all, written, failed, done] = [0, 0, 0, 0];
    for await (const shard of shardsOf(manifestClips(manifest), key, rows)) {
      signal.throwIfAborted();
      names.push(shard.name);
      all += shard.rows.length;
      if (shard.index % part.of !== part.index || folder.present.has(shard.name)) continue;
      const answered = await model.answer(shard.rows, signal, () => onEvent?.({ kind: 'row', done: ++done }));
      await folder.write(shard.name, answered.lines);
      written++;
      failed += answered.failed;
      onEvent?.({ kind: 'shard', name: shard.name, shards: written });
    }
    const complete = await completeArchive(out, names);
    return { shards: names.length, rows: all, written, failed, complete };
  } finally {
    await model.release();
  }
}
