// All runs of a grid, one after the other: each trained, tested and kept, so that a second call does only what is left.
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { experimentSplits, type Fold } from '../../data/experiment-splits.ts';
import { openDataset } from '../../data/open-dataset-node.ts';
import { readSplitFile, writeSplitFile } from '../../data/split-file-node.ts';
import { messageOf } from '../../errors.ts';
import { kindOfPath } from '../../files/read-clearly-node.ts';
import { ensureFolder, writeFileAtomic } from '../../files/write-atomic-node.ts';
import type { SessionOptions } from '../../runtime/session.ts';
import { recipeNamed } from '../../systems/registry.ts';
import { type EvaluateEvent, evaluate } from '../evaluate-node.ts';
import { runFiles } from '../place.ts';
import { readRunConfig, withFolderLock } from '../run-folder-node.ts';
import { type TrainEvent, train } from '../train-node.ts';
import { experimentPage } from './experiment-page-node.ts';
import { type Grid, type GridOptions, readGrid, type Variant } from './grid-node.ts';
import { type PlannedRun, planRuns } from './plan-node.ts';
import { placeOf, type RunResult, settingsOf, writeResult } from './run-result-node.ts';
import { type ExperimentResult, type FailedRun, summarise } from './summary.ts';
import { resultsCsv } from './table.ts';

/** What an experiment reports: each run, with the events of its training and its evaluation. */
export type ExperimentEvent =
  | {
      readonly kind: 'run';
      readonly index: number;
      readonly runs: number;
      readonly variant: string;
      readonly seed: number;
      readonly fold: Fold | undefined;
    }
  | { readonly kind: 'train'; readonly event: TrainEvent }
  | { readonly kind: 'evaluate'; readonly event: EvaluateEvent }
  | { readonly kind: 'finished'; readonly result: RunResult }
  | { readonly kind: 'failed'; readonly failure: FailedRun };

/** Which grid is run, and where its results go. */
export type ExperimentOptions = GridOptions & {
  /** The JSON file that describes the grid. */
  readonly file: string;
  /** Folder for runs and results. */
  readonly out: string;
  /** Runs this variant alone; results hold whatever is finished. */
  readonly only?: string | undefined;
  readonly workers?: number | undefined;
  readonly session?: SessionOptions;
  /** Ends the run under way after its step; the next call goes on there. */
  readonly signal?: AbortSignal;
  /** For the page: what was typed. */
  readonly command?: string;
  /** Called at each step of each run. */
  readonly onEvent?: (event: ExperimentEvent) => void;
};

export const experimentFiles = { json: 'results.json', csv: 'results.csv', page: 'report.html' } as const;

/**
 * Runs what is left of a grid and writes results.json, results.csv and report.html after every run.
 * A run that fails is listed in the result and does not stop the others; it is tried again by the next call.
 * @throws DuetError for a wrong file, before anything runs, and for results that were made with other settings.
 */
export async function experiment(options: ExperimentOptions): Promise<ExperimentResult> {
  const { out } = options;
  const grid = await readGrid(options.file, options);
  // What is planned wrongly writes nothing.
  await planRuns(grid, out, options.only);
  return withFolderLock({ folder: out, out, work: 'experiment' }, () => runGrid(grid, options));
}

async function runGrid(grid: Grid, options: ExperimentOptions): Promise<ExperimentResult> {
  const { out, signal, onEvent = () => undefined } = options;
  const planned = await planRuns(grid, out, options.only);
  const finished = planned.flatMap(({ result }) => (result ? [result] : []));
  const failed: FailedRun[] = [];
  const left = planned.filter(({ result, isChosen }) => !result && isChosen);
  let summary = await writeResults(grid, finished, failed, options);
  for (const [index, { variant, seed, fold }] of left.entries()) {
    if (signal?.aborted) break;
    onEvent({ kind: 'run', index, runs: left.length, variant: variant.name, seed, fold });
    try {
      const result = await runOne({ variant, seed, fold }, options);
      if (!result) break;
      await writeResult(placeOf(out, variant.name, seed, fold), out, result);
      finished.push(result);
      onEvent({ kind: 'finished', result });
    } catch (error) {
      if (signal?.aborted) break;
      const failure = { variant: variant.name, seed, ...(fold && { fold: fold.index }), reason: messageOf(error) };
      failed.push(failure);
      onEvent({ kind: 'failed', failure });
    }
    summary = await writeResults(grid, finished, failed, options);
  }
  return summary;
}

/** What an experiment would do. @throws as `experiment`. */
export async function planExperiment(options: ExperimentOptions): Promise<readonly PlannedRun[]> {
  return planRuns(await readGrid(options.file, options), options.out, options.only);
}

/** Undefined if it was interrupted. */
async function runOne(
  { variant, seed, fold }: Pick<PlannedRun, 'variant' | 'seed' | 'fold'>,
  options: ExperimentOptions,
): Promise<RunResult | undefined> {
  const { out, signal, session = {}, workers, onEvent = () => undefined } = options;
  const { data, layout, backbone, imageSize } = variant;
  const place = placeOf(out, variant.name, seed, fold);
  const { run } = place;
  const splitFile = await splitFileOf(variant, seed, fold, place.splits);
  const common = { data, layout, splitFile, backbone, workers, session, ...(signal && { signal }) };
  const trained = await train({
    ...{ ...common, out: run, imageSize, training: { ...variant.training, seed } },
    resume: (await kindOfPath(join(run, runFiles.config))) === 'file',
    onEvent: (event) => onEvent({ kind: 'train', event }),
  });
  if (trained.outcome === 'interrupted') return undefined;
  const { missing } = variant.training;
  const evaluation = await evaluate({
    ...common,
    run,
    missing,
    onEvent: (event) => onEvent({ kind: 'evaluate', event }),
  });
  const { scored, adapter, provider, clips, skipped, dataset } = evaluation;
  const confusion = confusionSchema.safeParse(scored.details.confusion).data;
  const total = trained.history.reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    ...{ variant: variant.name, seed, settings: settingsOf(variant, seed), metrics: { ...scored.metrics } },
    ...(fold && { fold: fold.index }),
    trainClips: dataset.examples.filter(({ split }) => split === 'train').length,
    backboneHash: (await readRunConfig(run)).backbone.hash,
    ...{ clips, skipped: skipped.length, parameters: adapter.open.counts, provider },
    classes: confusion?.classes ?? [...adapter.known.labels],
    ...(confusion && { confusion: confusion.counts }),
    keptEpoch: trained.best?.epoch ?? null,
    epochs: trained.history.map(({ seconds: _, ...epoch }) => epoch),
    seconds: { perEpoch: total / trained.history.length, total },
  };
}

/** The variant's own, or one that is written for this run: its fold, and fewer training clips. */
async function splitFileOf(
  { data, layout, splitFile, trainShare, training }: Variant,
  seed: number,
  fold: Fold | undefined,
  path: string,
): Promise<string | undefined> {
  if (!fold && trainShare === 1) return splitFile;
  const { annotation } = (await recipeNamed(training.recipe)).system;
  const splits = splitFile === undefined ? undefined : await readSplitFile(splitFile);
  const { examples, background } = await openDataset(data, { seed, layout, annotation, ...(splits && { splits }) });
  await ensureFolder(dirname(path));
  await writeSplitFile(path, experimentSplits(examples, seed, { fold, trainShare }, background));
  return path;
}

/** As a system that classifies has it among its details. */
const confusionSchema = z.object({ classes: z.array(z.string()), counts: z.array(z.array(z.int())) });

async function writeResults(
  grid: Grid,
  finished: readonly RunResult[],
  failed: readonly FailedRun[],
  { out, command = '' }: ExperimentOptions,
): Promise<ExperimentResult> {
  const result = summarise(grid, finished, failed);
  await writeFileAtomic(join(out, experimentFiles.json), `${JSON.stringify(result, undefined, 1)}\n`);
  await writeFileAtomic(join(out, experimentFiles.csv), await resultsCsv(result));
  await writeFileAtomic(join(out, experimentFiles.page), await experimentPage(result, command));
  return result;
}
