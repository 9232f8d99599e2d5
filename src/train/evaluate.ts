// A trained run tested on labelled clips.
import { dirname, join, relative, resolve, sep } from 'node:path';
import * as z from 'zod';
import { type Dataset, examplesOf, type LayoutName, layoutNames, type Split, splitNames } from '../data/dataset.ts';
import type { MissingPolicy } from '../data/model-inputs.ts';
import { openDataset } from '../data/open-dataset-node.ts';
import { openFeed } from '../data/open-feed-node.ts';
import type { SplitFile } from '../data/split.ts';
import { readSplitFile } from '../data/split-file-node.ts';
import { DuetError } from '../errors.ts';
import { kindOfPath, readJsonClearly } from '../files/read-clearly.ts';
import { openAdapter } from '../infer/open-adapter-node.ts';
import { openPredictor } from '../infer/predictor.ts';
import type { ParameterCounts } from '../model/parameters.ts';
import { nodeSessions } from '../runtime/node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { intakeOf } from '../systems/ma-avt/intake-node.ts';
import { type Score, scoreSplit } from '../systems/ma-avt/score.ts';
import type { ClassScores } from './metrics.ts';
import { runFiles } from './run-folder.ts';

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
  readonly missing?: MissingPolicy | undefined;
  /** Clips at once. Default 16. */
  readonly batch?: number | undefined;
  readonly workers?: number | undefined;
  readonly session?: SessionOptions;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EvaluateEvent) => void;
};

export type EvaluateEvent =
  | { readonly kind: 'prepare'; readonly done: number; readonly total: number; readonly failed: number }
  | { readonly kind: 'clips'; readonly done: number; readonly total: number };

export type Evaluation = Omit<Score, 'perClass'> & {
  /** What computed it. */
  readonly provider: string;
  /** How the data was read. */
  readonly layout: LayoutName;
  /** In the order of the confusion matrix; with background as the last, if some clips are labelled so. */
  readonly classes: readonly string[];
  readonly parameters: ParameterCounts;
  readonly perClass: readonly (ClassScores & { readonly name: string })[];
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
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
  const { adapter, backbone } = await openAdapter(run, options.backbone, signal);
  const dataset = await openEvaluationData(split, options);
  const chosen: Split = split === 'all' ? 'test' : split;
  const clips = examplesOf(dataset, chosen);
  if (clips.length === 0)
    throw new DuetError(
      `The data "${data}" has no ${chosen} clips; choose another split with --split (${splitNames.join(', ')} or all).`,
    );
  const feed = await openFeed({
    ...intakeOf({
      settings: adapter.inputs,
      classes: adapter.classes,
      background: dataset.background,
      backgroundProbability: 0,
      augment: 'none',
      cropScale: [1, 1],
    }),
    ...{ dataset, batchSize: batch, missing },
    ...(options.workers !== undefined && { workers: options.workers }),
  });
  try {
    const onProgress = (progress: { done: number; total: number; failed: number }) =>
      onEvent({ kind: 'prepare', ...progress });
    await feed.prepare({ splits: [chosen], onProgress, ...(signal && { signal }) });
    const predictor = await openPredictor({
      backbone,
      model: adapter.model,
      batchSize: Math.min(batch, clips.length),
      openSession: nodeSessions(session),
    });
    try {
      // Every clip as it is, with a foreign sound, without its picture and without its sound.
      const total = (await feed.count(chosen)) * 4;
      const score = await scoreSplit(chosen, {
        ...{ feed, predictor, adapter: adapter.tensors, classes: adapter.classes.length, mismatchSeed: 0 },
        backgroundThreshold: adapter.backgroundThreshold,
        robustness: true,
        onClips(done) {
          signal?.throwIfAborted();
          onEvent({ kind: 'clips', done, total });
        },
      });
      const classes = score.perClass.map((_, index) => adapter.classes[index] ?? dataset.background!);
      const perClass = score.perClass.map((scores, index) => ({ name: classes[index]!, ...scores }));
      const { layout } = dataset;
      const { parameters } = adapter;
      return { ...score, provider: predictor.provider, layout, perClass, classes, parameters, skipped: feed.skipped };
    } finally {
      await predictor.release();
    }
  } finally {
    await feed.close();
  }
}

/** The data that a run is asked about, its clips in the splits that evaluation takes. */
export async function openEvaluationData(
  split: Split | 'all',
  { run, data, splitFile, layout }: Pick<EvaluateOptions, 'run' | 'data' | 'splitFile' | 'layout'>,
): Promise<Dataset> {
  const trained = await writtenByRun(run, data);
  const splits = splitFile === undefined ? trained.splits : await readSplitFile(splitFile);
  const dataset = await openDataset(data, {
    purpose: 'evaluate',
    layout: layout ?? trained.layout,
    ...(splits && { splits }),
  });
  return split === 'all'
    ? { ...dataset, examples: dataset.examples.map((example) => ({ ...example, split: 'test' as const })) }
    : dataset;
}

const trainedOnSchema = z.looseObject({ data: z.string(), layout: z.enum(layoutNames).optional() });

/**
 * The run's splits, if it wrote any, and the layout that it was told, if it was trained on the same data.
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
