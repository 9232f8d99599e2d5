// A trained run tested on annotated clips on disk.
import { dirname, join, relative, resolve, sep } from 'node:path';
import * as z from 'zod';
import type { AnnotationKind } from '../data/annotation.ts';
import { checkContainers } from '../data/check-container-node.ts';
import type { Betrayal } from '../data/container-check.ts';
import { type Dataset, examplesOf, type LayoutName, layoutNames, type Split, splitNames } from '../data/dataset.ts';
import type { MissingPolicy } from '../data/model-inputs.ts';
import { openDataset } from '../data/open-dataset-node.ts';
import { openFeed } from '../data/open-feed-node.ts';
import type { SplitFile } from '../data/split.ts';
import { readSplitFile } from '../data/split-file-node.ts';
import { DuetError } from '../errors.ts';
import { kindOfPath, readJsonClearly } from '../files/read-clearly-node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import type { Scored } from '../systems/system.ts';
import type { Adapter } from './adapter.ts';
import { withPrompts } from './class-texts-node.ts';
import { evaluateRun } from './evaluate.ts';
import { openReading } from './intake-node.ts';
import { openAdapter, systemOf } from './open-adapter-node.ts';
import { runFiles } from './place.ts';

/** Which run is scored, and on which clips. */
export type EvaluateOptions = {
  /** Folder that training wrote, or any adapter folder. */
  readonly run: string;
  /** A folder or a manifest; see openDataset. */
  readonly data: string;
  /** By default the run's, if it was trained on the same data, else as the files show. */
  readonly layout?: LayoutName | undefined;
  /** Default: test. `all` takes every clip, whatever its split. */
  readonly split?: Split | 'all';
  /** By default the data's own splits, else those the run wrote down, else all clips count as test. */
  readonly splitFile?: string | undefined;
  readonly backbone?: string | undefined;
  /** Ask for the data's own classes by their names, where the run knows classes by texts. Default: for the run's. */
  readonly byNames?: boolean | undefined;
  readonly missing?: MissingPolicy | undefined;
  /** Clips at once. Default 16. */
  readonly batch?: number | undefined;
  readonly workers?: number | undefined;
  readonly session?: SessionOptions;
  readonly signal?: AbortSignal;
  /** Called as clips are decoded and rows are answered. */
  readonly onEvent?: (event: EvaluateEvent) => void;
};

export type EvaluateEvent =
  | { readonly kind: 'prepare'; readonly done: number; readonly total: number; readonly failed: number }
  /** Rows answered so far; a system may walk over the clips several times. */
  | { readonly kind: 'rows'; readonly done: number }
  | { readonly kind: 'scored' };

/** A run's metrics on the clips of one split, and what they were computed with. */
export type Evaluation = {
  readonly scored: Scored;
  readonly adapter: Adapter;
  /** What computed it. */
  readonly provider: string;
  /** The clips that were asked about. */
  readonly dataset: Dataset;
  /** Of the split. */
  readonly clips: number;
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  /** Of data with real and fake clips: how well facts of the files alone tell them apart, the best first. */
  readonly betrayals: readonly Betrayal[];
};

/** Scores a run. @throws DuetError when run, data or split do not fit or nothing in the split can be read. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const {
    run,
    data,
    split = 'test',
    missing = 'error',
    batch = 16,
    session,
    signal,
    onEvent = () => undefined,
  } = options;
  const { annotation } = await systemOf(run);
  const dataset = await openEvaluationData(split, { ...options, annotation });
  const { backbone } = options;
  const changes = { missing };
  const trained = await openAdapter(run, { backbone, changes, background: dataset.background, signal });
  const adapter = options.byNames ? await withPrompts(trained, dataset.classes, { name: run, signal }) : trained;
  const chosen: Split = split === 'all' ? 'test' : split;
  if (examplesOf(dataset, chosen).length === 0)
    throw new DuetError(
      `The data "${data}" has no ${chosen} clips; choose another split with --split (${splitNames.join(', ')} or all).`,
    );
  const { system, open, settings, known } = adapter;
  const reading = await openReading({ system, open, settings, known }, () => nodeSessions(session));
  const feed = await openFeed({
    ...reading.forFeed,
    ...{ dataset, batchSize: batch, missing },
    ...(options.workers !== undefined && { workers: options.workers }),
  });
  try {
    const onProgress = (progress: { done: number; total: number; failed: number }) =>
      onEvent({ kind: 'prepare', ...progress });
    await feed.prepare({ splits: [chosen], onProgress, ...(signal && { signal }) });
    const clips = await feed.count(chosen);
    const { scored, provider } = await evaluateRun({
      ...{ adapter, feed, split: chosen, batch, openSession: nodeSessions(session) },
      onRows(done) {
        signal?.throwIfAborted();
        onEvent({ kind: 'rows', done });
      },
    });
    onEvent({ kind: 'scored' });
    const betrayals = await checkContainers(examplesOf(dataset, chosen), { workers: options.workers, signal });
    return { scored, adapter, provider, dataset, clips, skipped: feed.skipped, betrayals };
  } finally {
    await feed.close();
    await reading.release();
  }
}

/** The data that a run is asked about, its clips in the splits that evaluation takes. */
export async function openEvaluationData(
  split: Split | 'all',
  options: Pick<EvaluateOptions, 'run' | 'data' | 'splitFile' | 'layout'> & { readonly annotation: AnnotationKind },
): Promise<Dataset> {
  const { run, data, splitFile, layout, annotation } = options;
  const trained = await writtenByRun(run, data);
  const splits = splitFile === undefined ? trained.splits : await readSplitFile(splitFile);
  const dataset = await openDataset(data, {
    purpose: 'evaluate',
    layout: layout ?? trained.layout,
    annotation,
    ...(splits && { splits }),
  });
  return split === 'all'
    ? { ...dataset, examples: dataset.examples.map((example) => ({ ...example, split: 'test' as const })) }
    : dataset;
}

const trainedOnSchema = z.looseObject({ data: z.string(), layout: z.enum(layoutNames).optional() });

/**
 * The run's splits, if it wrote any, and the layout that it was given, if it was trained on the same data.
 * A clip is found again by its name within the data or by its place on this machine.
 */
async function writtenByRun(
  run: string,
  data: string,
): Promise<{ readonly splits?: SplitFile; readonly layout?: LayoutName | undefined }> {
  const written = join(run, runFiles.splits);
  if ((await kindOfPath(written)) !== 'file') return {};
  const file = await readSplitFile(written);
  const config = join(run, runFiles.config);
  const trainedOn =
    (await kindOfPath(config)) === 'file' ? trainedOnSchema.safeParse(await readJsonClearly(config)) : undefined;
  if (!trainedOn?.success) return { splits: file };
  const [from, to] = await Promise.all([rootOf(trainedOn.data.data), rootOf(data)]);
  if (from === to) return { splits: file, layout: trainedOn.data.layout };
  // The same clips may be reached another way: by a manifest elsewhere, or by a folder inside or around the one trained
  // on.
  const both = (ids: readonly string[]) => [
    ...ids,
    ...ids.map((id) => relative(to, join(from, id)).split(sep).join('/')),
  ];
  return {
    splits: {
      ...file,
      splits: { train: both(file.splits.train), val: both(file.splits.val), test: both(file.splits.test) },
    },
  };
}

/** The folder that clips' ids are relative to. */
async function rootOf(data: string): Promise<string> {
  return (await kindOfPath(data)) === 'folder' ? resolve(data) : dirname(resolve(data));
}
