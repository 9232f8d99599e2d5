// From a data set on disk to a trained adapter in a run's folder.
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { evenBatchSize } from '../data/batch.ts';
import type { Dataset, LayoutName } from '../data/dataset.ts';
import { openDataset } from '../data/open-dataset-node.ts';
import { openFeed } from '../data/open-feed-node.ts';
import { describeSplits } from '../data/split.ts';
import { readSplitFile, writeSplitFile } from '../data/split-file-node.ts';
import { DuetError } from '../errors.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { openSafetensors } from '../files/safetensors-file-node.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import type { Model } from '../model/model.ts';
import { type ParameterCounts, type ParameterValues, parameterInputs, weightsFrom } from '../model/parameters.ts';
import { clipMemory } from '../model/passage.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { recipeNamed, systemNamed } from '../systems/registry.ts';
import type { Known, OpenSystem, System, SystemSettings } from '../systems/system.ts';
import type { EpochRecord, RunProgress } from '../train/checkpoint.ts';
import { clipsThatFit } from '../train/clips-that-fit.ts';
import type { Outcome } from '../train/loop.ts';
import type { Backbone, InputSize } from '../weights/backbone.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { openTextBackbone } from '../weights/open-text-backbone-node.ts';
import type { TextBackbone } from '../weights/text-backbone.ts';
import { embedderOf } from './class-texts-node.ts';
import { openReading } from './intake-node.ts';
import { runFiles } from './place.ts';
import { folderPlace } from './place-node.ts';
import {
  checkRunFolder,
  emptyRunFolder,
  type RunConfig,
  readRunConfig,
  withFolderLock,
  writeRunConfig,
} from './run-folder-node.ts';
import { checkSameClips } from './same-clips.ts';
import { freshRun, type RunEvent, restoredRun, trainRun } from './train.ts';

/** What a training reports as it goes on; see `RunEvent` for the events of steps and epochs. */
export type TrainEvent =
  | Exclude<RunEvent, { readonly kind: 'opened' }>
  | { readonly kind: 'prepare'; readonly done: number; readonly total: number; readonly failed: number }
  | {
      readonly kind: 'start';
      readonly system: System;
      readonly config: RunConfig;
      readonly dataset: Dataset;
      readonly parameters: ParameterCounts;
      readonly provider: string;
      /** Of the stage on clips under way. */
      readonly epochs: number;
      /** Those that a resumed run has behind it. */
      readonly epochsDone: number;
    };

/** What is trained on which data, and where the run goes. */
export type TrainOptions = {
  /** A folder or a manifest; see openDataset. Only a resumed run knows its own. */
  readonly data?: string | undefined;
  /** By default the resumed run's, else as the data's files show. */
  readonly layout?: LayoutName | undefined;
  /** The run's folder, which becomes an adapter folder. */
  readonly out: string;
  /** What openBackbone takes; by default the resumed run's, else the embedded ViT-Micro. */
  readonly backbone?: string | undefined;
  /** By default the resumed run's, else the backbone's own. */
  readonly imageSize?: InputSize | undefined;
  /** A full set of settings of one system, whose recipe they name; see `recipeNamed`. */
  readonly training: SystemSettings;
  readonly splitFile?: string | undefined;
  /** Safetensors files of published weights to begin with, for systems that read such. */
  readonly startFrom?: readonly string[] | undefined;
  /** Go on with the run in `out`. */
  readonly resume?: boolean;
  /** Replace the run in `out`. */
  readonly force?: boolean;
  readonly workers?: number | undefined;
  /**
   * Clips of a batch that are in memory together, with the same numbers for any; by default as many as half of the
   * memory holds.
   */
  readonly clipsAtOnce?: number | undefined;
  /** Or how to find them: asked once the data and the backbone are known to be usable. */
  readonly session?: SessionOptions | (() => Promise<SessionOptions>);
  /** Ends training after the step under way; the run can be resumed. */
  readonly signal?: AbortSignal;
  /** Called for each decoded clip, each step and each epoch. */
  readonly onEvent?: (event: TrainEvent) => void;
};

/** Between two checkpoints within an epoch: little is lost by a power cut, and little time by writing. */
const saveInterval = 120_000;

/** What a training came to. */
export type TrainResult = {
  readonly run: string;
  readonly system: string;
  readonly outcome: Outcome;
  /** What computed it; undefined when it was interrupted before that began. */
  readonly provider: string | undefined;
  readonly history: readonly EpochRecord[];
  readonly best: RunProgress['best'];
  readonly parameters: ParameterCounts;
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
};

/**
 * Trains, or goes on training, and leaves the adapter of the best epoch in the run's folder.
 * The same seed on the same machine gives the same numbers, also across interruptions.
 * @throws DuetError for every mistake in the data, the backbone, the settings or the folder that the user can fix.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { signal, onEvent = () => undefined } = options;
  const folder = resolve(options.out);
  const saved = options.resume ? await readRunConfig(folder) : undefined;
  const { system } = saved ? { system: await systemNamed(saved.system) } : await recipeNamed(options.training.recipe);
  // Before anything is opened.
  system.coherent(options.training);
  const data = options.data ?? saved?.data;
  if (data === undefined)
    throw new DuetError('There is no data to train on; name a folder or a manifest, or go on with a run by --resume.');
  const layout = options.layout ?? saved?.layout;
  const dataset = await openTrainingData(data, layout, system, options, folder);
  const settled = (given: SystemSettings) => {
    const coherent = system.coherent(given);
    return system.settledBy?.(coherent, dataset) ?? coherent;
  };
  const settings = settled(options.training);
  system.checkData?.(settings, dataset);
  if (dataset.missing.length > 0) {
    onEvent({
      kind: 'note',
      text: `${dataset.missing.length} listed clips have no files and are left out; duet data check names them.`,
    });
  }
  const imageSize = options.imageSize ?? saved?.backbone.imageSize;
  const backbone = await openBackbone(options.backbone ?? saved?.backbone.source, {
    imageSize,
    ...(signal && { signal }),
  });
  const { classes: labels, background } = dataset;
  const shown: Known = { labels, background, backbone };
  const open = system.open(settings, shown);
  const texts = open.firstValues && (await openTextBackbone());
  const known: Known = { ...shown, textEncoder: texts && { source: texts.source, hash: texts.hash } };
  const startFrom = options.startFrom?.map((file) => resolve(file)) ?? saved?.startFrom;
  const started = startingValues(open, startFrom, settings.recipe);
  const config = runConfigOf({ system, settings, known }, data, layout, startFrom);
  // An older Duet may have written what is settled only today.
  if (saved) refuseOtherSettings({ ...saved, training: settled(saved.training) }, config, options.out);
  else await checkRunFolder(folder, options.force ?? false);
  const opened = { folder, saved, system, settings, dataset, known, open, config, started, texts };
  return withFolderLock({ folder, out: options.out, work: 'training' }, () => trainLocked(opened, options));
}

type Trained = { readonly system: System; readonly settings: SystemSettings; readonly known: Known };

function runConfigOf(
  { system, settings, known: { labels, backbone } }: Trained,
  data: string,
  layout: LayoutName | undefined,
  startFrom: readonly string[] | undefined,
): RunConfig {
  return {
    version: 2,
    system: system.name,
    data: resolve(data),
    ...(layout && { layout }),
    backbone: { source: backbone.source, hash: backbone.hash, imageSize: [...backbone.config.inputSize] },
    classes: [...labels],
    ...(startFrom && { startFrom: [...startFrom] }),
    training: settings,
  };
}

type Settled = Trained & {
  readonly folder: string;
  readonly saved: RunConfig | undefined;
  readonly dataset: Dataset;
  readonly open: OpenSystem;
  readonly config: RunConfig;
  /** What makes vectors of the classes' names, where the system asks for them. */
  readonly texts: TextBackbone | undefined;
  /** First values from the files that the run begins with. */
  readonly started: ParameterValues;
};

/** @throws DuetError for files that the system does not read, or that do not fit. */
function startingValues(open: OpenSystem, files: readonly string[] | undefined, recipe: string): ParameterValues {
  if (files === undefined) return new Map();
  if (!open.startingWeights)
    throw new DuetError(`The recipe ${recipe} begins with its backbone alone; leave --start-from out.`);
  return new Map(files.flatMap((file) => [...open.startingWeights!(openSafetensors(file).tensors, file)]));
}

async function trainLocked(settled: Settled, options: TrainOptions): Promise<TrainResult> {
  const { folder, saved, system, settings, dataset, known, open, config, started, texts } = settled;
  const { signal, onEvent = () => undefined } = options;
  if (!saved) {
    // Another process may have begun a run meanwhile.
    await checkRunFolder(folder, options.force ?? false);
    await emptyRunFolder(folder);
  }
  const place = folderPlace(folder);
  // Before anything is written: a run that cannot go on here stays as it is, for the Duet that began it.
  const restored = saved && (await restoredRun(place, open));
  await writeRunConfig(folder, config);
  await writeSplitFile(join(folder, runFiles.splits), describeSplits(dataset.examples, settings.seed));

  const checkpoint = restored ?? freshRun(open, known, settings.seed);
  if (!restored) for (const [name, values] of started) checkpoint.parameters.get(name)?.set(values);
  let session: SessionOptions | undefined;
  const reading = await openReading({ system, open, settings, known }, () => nodeSessions(session));
  const feed = await openFeed({
    ...reading.forFeed,
    ...{ dataset, missing: settings.missing, batchSize: settings.batch },
    // Training on fewer clips than it began with would end in another adapter.
    whenLost: 'stop',
    ...(options.workers !== undefined && { workers: options.workers }),
  });
  let provider: string | undefined;
  const result = (outcome: Outcome): TrainResult => {
    const { history, best } = checkpoint.progress;
    return {
      run: folder,
      system: system.name,
      outcome,
      provider,
      history,
      best,
      parameters: open.counts,
      skipped: feed.skipped,
    };
  };
  try {
    session = typeof options.session === 'function' ? await options.session() : options.session;
    await feed.prepare({
      onProgress: (progress) => onEvent({ kind: 'prepare', ...progress }),
      ...(signal && { signal }),
    });
    await checkSameClips(feed, checkpoint.progress, options.out);
    const { outcome } = await trainRun({
      ...{ system, settings, known, open, feed, place, checkpoint, signal, saveInterval },
      isFresh: !restored,
      openSession: nodeSessions(session),
      embed: texts && embedderOf(texts),
      clipsAtOnce: clipsOfBatchAtOnce(settled, evenBatchSize(await feed.count('train'), settings.batch), options),
      onEvent(event) {
        if (event.kind !== 'opened') return onEvent(event);
        ({ provider } = event);
        onEvent({
          ...event,
          kind: 'start',
          system,
          config,
          dataset,
          parameters: open.counts,
          provider: event.provider,
        });
      },
    });
    return result(outcome);
  } catch (error) {
    // Interrupted while the clips were decoded: what was decoded stays in the cache.
    if (signal?.aborted && error === signal.reason) return result('interrupted');
    throw error;
  } finally {
    await feed.close();
    await reading.release();
  }
}

/** The run's own splits where it has them, so that a resumed run keeps them though files may have come or gone. */
async function openTrainingData(
  data: string,
  layout: LayoutName | undefined,
  { annotation }: System,
  { splitFile, resume, training }: TrainOptions,
  folder: string,
): Promise<Dataset> {
  const written = splitFile ?? (resume ? await ownSplits(folder) : undefined);
  const splits = written === undefined ? undefined : await readSplitFile(written);
  return openDataset(data, { seed: training.seed, layout, annotation, ...(splits && { splits }) });
}

/** A run that was killed before it wrote its splits has taken no step, and draws them again. */
async function ownSplits(folder: string): Promise<string | undefined> {
  const [splits, checkpoint] = [join(folder, runFiles.splits), join(folder, runFiles.checkpoint)];
  return ((await kindOfPath(splits)) ?? (await kindOfPath(checkpoint))) ? splits : undefined;
}

/** The whole batch at once where it fits, else in parts. */
function clipsOfBatchAtOnce(
  { open, known: { backbone } }: Pick<Settled, 'open' | 'known'>,
  batchSize: number,
  { clipsAtOnce }: TrainOptions,
): number {
  const models = open.stages.flatMap((stage) => (stage.on === 'clips' ? [stage.model] : []));
  const most =
    clipsAtOnce ?? Math.min(...models.map((model) => clipsThatFit(activationsOf(model, backbone), totalmem())));
  if (most < batchSize && models.some(({ gradients }) => gradients !== undefined))
    throw new DuetError(
      `A batch of ${batchSize} clips is more than the ${most} that are in memory at once, and modulated gradients need it whole; give --batch ${most} or a larger --clips-at-once.`,
    );
  return most;
}

function activationsOf(model: Model, backbone: Backbone): number {
  return clipMemory(model, frozenWeights(backbone.weights), weightsFrom(parameterInputs(model.parameters))).all;
}

/** A run goes on as it began; only its end, and the place where the backbone lies, may move. */
function refuseOtherSettings(saved: RunConfig, now: RunConfig, out: string): void {
  const comparable = ({ training, backbone: { hash, imageSize, source }, ...rest }: RunConfig) => ({
    ...{ ...rest, imageSize, backbone: hash === saved.backbone.hash ? hash : `${source} (${hash})` },
    ...flat({ ...training, epochs: 0, patience: 0 }),
  });
  const [before, after] = [comparable(saved), comparable(now)] as [Record<string, unknown>, Record<string, unknown>];
  const differing = Object.keys(after).find((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  if (differing !== undefined)
    throw new DuetError(
      `${out} was begun with ${differing} ${JSON.stringify(before[differing])}, not ${JSON.stringify(after[differing])}; resume it with the same settings, or start another run.`,
    );
}

/** Settings with those of the model beside the others, as their flags are. */
function flat(settings: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (name === 'model' ? Object.entries(value) : [[name, value]])),
  );
}
