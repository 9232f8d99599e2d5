// From a data set to a trained adapter: everything around the loop.
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { evenBatchSize } from '../data/batch.ts';
import type { Dataset, LayoutName } from '../data/dataset.ts';
import { openDataset } from '../data/open-dataset-node.ts';
import { type OpenedFeed, openFeed } from '../data/open-feed-node.ts';
import { describeSplits } from '../data/split.ts';
import { readSplitFile, writeSplitFile } from '../data/split-file-node.ts';
import { DuetError } from '../errors.ts';
import { kindOfPath } from '../files/read-clearly.ts';
import { writeFileAtomic } from '../files/write-atomic.ts';
import { hasForeignRange, inputSettings } from '../infer/input-choices.ts';
import { openPredictor, type Predictor } from '../infer/predictor.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import {
  firstValues,
  type ParameterCounts,
  parameterInputs,
  parameterLengths,
  weightsFrom,
} from '../model/parameters.ts';
import { clipMemory } from '../model/passage.ts';
import { nodeSessions } from '../runtime/node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { adapterFiles } from '../systems/ma-avt/adapter.ts';
import { headStart } from '../systems/ma-avt/head-start.ts';
import { intakeOf } from '../systems/ma-avt/intake-node.ts';
import { type OpenMaAvt, openMaAvt } from '../systems/ma-avt/open.ts';
import { coherentTraining } from '../systems/ma-avt/recipes.ts';
import type { TrainingConfig } from '../systems/ma-avt/training-config.ts';
import { validate } from '../systems/ma-avt/validate.ts';
import { writeAdapter } from '../weights/adapter-folder-node.ts';
import type { Backbone, InputSize } from '../weights/backbone.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { type EpochRecord, freshCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { clipsThatFit } from './clips-that-fit.ts';
import { type Outcome, trainingLoop } from './loop.ts';
import { openTrainer } from './open-trainer.ts';
import {
  checkRunFolder,
  emptyRunFolder,
  type RunConfig,
  readRunConfig,
  runFiles,
  withFolderLock,
  writeRunConfig,
} from './run-folder.ts';
import { checkSameClips } from './same-clips.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

export type TrainEvent =
  | { readonly kind: 'prepare'; readonly done: number; readonly total: number; readonly failed: number }
  | {
      readonly kind: 'start';
      readonly config: RunConfig;
      readonly dataset: Dataset;
      readonly parameters: ParameterCounts;
      readonly provider: string;
      /** Epochs that a resumed run has behind it. */
      readonly epochsDone: number;
    }
  | { readonly kind: 'head start'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
    }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly isBest: boolean }
  | { readonly kind: 'note'; readonly text: string };

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
  readonly training: TrainingConfig;
  readonly splitFile?: string | undefined;
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
  readonly onEvent?: (event: TrainEvent) => void;
};

/** Between two checkpoints within an epoch: little is lost by a power cut, and little time by writing. */
const saveInterval = 120_000;

export type TrainResult = {
  readonly run: string;
  readonly outcome: Outcome;
  /** What computed it; undefined when it was interrupted before that began. */
  readonly provider: string | undefined;
  readonly history: readonly EpochRecord[];
  readonly best: { readonly epoch: number; readonly accuracy: number; readonly loss: number } | null;
  readonly parameters: ParameterCounts;
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
};

/**
 * Trains, or goes on training, and leaves the adapter of the best epoch in the run's folder.
 * The same seed on the same machine gives the same numbers, also across interruptions.
 * @throws DuetError for every mistake in the data, the backbone, the settings or the folder that the user can mend.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { signal, onEvent = () => undefined } = options;
  const folder = resolve(options.out);
  const saved = options.resume ? await readRunConfig(folder) : undefined;
  const training = coherentTraining(options.training);
  const data = options.data ?? saved?.data;
  if (data === undefined)
    throw new DuetError('There is no data to train on; name a folder or a manifest, or go on with a run by --resume.');
  const layout = options.layout ?? saved?.layout;
  const dataset = await openTrainingData(data, layout, options, folder);
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
  const system = openMaAvt(training, backbone.config, dataset.classes.length);
  const runConfig: RunConfig = {
    version: 1,
    data: resolve(data),
    ...(layout && { layout }),
    backbone: { source: backbone.source, hash: backbone.hash, imageSize: [...backbone.config.inputSize] },
    classes: [...dataset.classes],
    training,
  };
  if (saved) refuseOtherSettings(saved, runConfig, options.out);
  else await checkRunFolder(folder, options.force ?? false);
  const settled = { folder, saved, training, dataset, backbone, system, runConfig };
  return withFolderLock({ folder, out: options.out, work: 'training' }, () => trainLocked(settled, options));
}

type Settled = {
  readonly folder: string;
  readonly saved: RunConfig | undefined;
  readonly training: TrainingConfig;
  readonly dataset: Dataset;
  readonly backbone: Backbone;
  readonly system: OpenMaAvt;
  readonly runConfig: RunConfig;
};

async function trainLocked(
  { folder, saved, training, dataset, backbone, system, runConfig }: Settled,
  options: TrainOptions,
): Promise<TrainResult> {
  const { signal, onEvent = () => undefined } = options;
  const { clipStage: stage, counts } = system;
  if (!saved) {
    // Another process may have begun a run meanwhile.
    await checkRunFolder(folder, options.force ?? false);
    await emptyRunFolder(folder);
  }
  await writeRunConfig(folder, runConfig);
  await writeSplitFile(join(folder, runFiles.splits), describeSplits(dataset.examples, training.seed));

  const restored = saved && (await readCheckpoint(folder, parameterLengths(stage.model.parameters)));
  const checkpoint = restored ?? freshCheckpoint(firstValues(stage.model.parameters, backbone.weights, training.seed));
  const feed = await openTrainingFeed(dataset, training, backbone, options.workers);
  let trainer: Trainer | undefined;
  let predictor: Predictor | undefined;
  const result = (outcome: Outcome): TrainResult => {
    const { history, best } = checkpoint.progress;
    return {
      run: folder,
      outcome,
      provider: trainer?.provider,
      history,
      best,
      parameters: counts,
      skipped: feed.skipped,
    };
  };
  try {
    const session = typeof options.session === 'function' ? await options.session() : options.session;
    await feed.prepare({
      onProgress: (progress) => onEvent({ kind: 'prepare', ...progress }),
      ...(signal && { signal }),
    });
    await checkSameClips(feed, checkpoint.progress, options.out);
    const batchSize = evenBatchSize(await feed.count('train'), training.batch);
    const openSession = nodeSessions(session);
    const onNote = (text: string) => onEvent({ kind: 'note', text });
    const common = { stage, backbone, batchSize, openSession, training, checkpoint, onNote };
    trainer = await openTrainer({ ...common, clipsAtOnce: clipsOfBatchAtOnce(common, options) });
    const model = system.foldedModel;
    predictor = await openPredictor({ backbone, model, batchSize: Math.min(16, batchSize), openSession });
    const scoring = { feed, predictor };
    const { epoch } = checkpoint.progress;
    onEvent({
      kind: 'start',
      config: runConfig,
      dataset,
      parameters: counts,
      provider: trainer.provider,
      epochsDone: epoch,
    });
    if (hasForeignRange(backbone.config, training)) {
      onNote(
        'Pictures are normalised with ImageNet’s mean and deviation, as the recipe asks; this backbone was trained on another range, and --normalisation backbone may do much better.',
      );
    }
    const keepAdapter = (folded: ReadonlyMap<string, Float32Array>) => {
      const { recipe, frontEnd, normalisation } = training;
      const about = { backbone, classes: dataset.classes, recipe, frontEnd, normalisation };
      return writeAdapter(folder, adapterFiles(folded, training.model, about));
    };
    // A checkpoint, even one without steps, is of heads that had their start.
    if (training.headStart && !restored) {
      const { parameters, progress } = checkpoint;
      const onProgress = (done: number, total: number) => onEvent({ kind: 'head start', done, total });
      await headStart({ feed, backbone, system, parameters, openSession, signal, onProgress });
      const { folded, score } = await validate(parameters, system, scoring);
      if (score) {
        // The start is a model like those of the epochs, and kept if none is better.
        progress.best = { epoch: 0, accuracy: score.accuracy, loss: score.loss };
        await keepAdapter(folded);
      }
      await writeCheckpoint(folder, checkpoint);
    }
    const outcome = await trainingLoop({
      ...{ training, feed, trainer, checkpoint, batchSize, signal, saveInterval },
      lesson: { ...system, validate: (parameters) => validate(parameters, system, scoring) },
      onStep: (epoch, step, steps, loss) => onEvent({ kind: 'step', epoch: epoch + 1, step, steps, loss }),
      onSave: () => writeCheckpoint(folder, checkpoint),
      async onEpoch(record, isBest, folded) {
        if (isBest) await keepAdapter(folded);
        const { best, history: epochs } = checkpoint.progress;
        const history = { kept: best?.epoch ?? null, parameters: counts, epochs };
        await writeFileAtomic(join(folder, runFiles.history), `${JSON.stringify(history, null, 1)}\n`);
        // Last: should anything before it fail, the epoch is done again.
        await writeCheckpoint(folder, checkpoint);
        onEvent({ kind: 'epoch', record, isBest });
      },
    });
    await writeCheckpoint(folder, checkpoint);
    return result(outcome);
  } catch (error) {
    // Interrupted while the clips were decoded: what was decoded stays in the cache.
    if (signal?.aborted && error === signal.reason) return result('interrupted');
    throw error;
  } finally {
    await trainer?.release();
    await predictor?.release();
    await feed.close();
  }
}

/** The run's own splits where it has them, so that a resumed run keeps them though files may have come or gone. */
async function openTrainingData(
  data: string,
  layout: LayoutName | undefined,
  { splitFile, resume, training }: TrainOptions,
  folder: string,
): Promise<Dataset> {
  const written = splitFile ?? (resume ? await ownSplits(folder) : undefined);
  const splits = written === undefined ? undefined : await readSplitFile(written);
  const dataset = await openDataset(data, { seed: training.seed, layout, ...(splits && { splits }) });
  if (dataset.background !== undefined && !training.model.background) {
    throw new DuetError(
      `The data "${data}" has clips of background, which a model without background cannot learn; leave --no-background out.`,
    );
  }
  return dataset;
}

/** A run that was killed before it wrote its splits has taken no step, and draws them again. */
async function ownSplits(folder: string): Promise<string | undefined> {
  const [splits, checkpoint] = [join(folder, runFiles.splits), join(folder, runFiles.checkpoint)];
  return ((await kindOfPath(splits)) ?? (await kindOfPath(checkpoint))) ? splits : undefined;
}

function openTrainingFeed(
  dataset: Dataset,
  training: TrainingConfig,
  backbone: Backbone,
  workers: number | undefined,
): Promise<OpenedFeed> {
  const { augment, cropScale, missing, model } = training;
  return openFeed({
    ...intakeOf({
      settings: inputSettings(backbone.config, training),
      classes: dataset.classes,
      background: dataset.background,
      backgroundProbability: model.background ? training.backgroundProbability : 0,
      ...{ augment, cropScale },
    }),
    ...{ dataset, missing, batchSize: training.batch },
    // Training on fewer clips than it began with would end in another adapter.
    whenLost: 'stop',
    ...(workers !== undefined && { workers }),
  });
}

/** The whole batch at once where it fits, else in parts. */
function clipsOfBatchAtOnce(
  { stage, backbone, batchSize }: Pick<TrainerOptions, 'stage' | 'backbone' | 'batchSize'>,
  { clipsAtOnce, training }: TrainOptions,
): number {
  const { model } = stage;
  const activations = () =>
    clipMemory(model, frozenWeights(backbone.weights), weightsFrom(parameterInputs(model.parameters))).all;
  const most = clipsAtOnce ?? clipsThatFit(activations(), totalmem());
  if (most < batchSize && training.modulation !== 'none')
    throw new DuetError(
      `A batch of ${batchSize} clips is more than the ${most} that are in memory at once, and modulated gradients need it whole; give --batch ${most} or a larger --clips-at-once.`,
    );
  return most;
}

/** A run goes on as it began; only its end, and the place where the backbone lies, may move. */
function refuseOtherSettings(saved: RunConfig, now: RunConfig, out: string): void {
  const comparable = ({ training, backbone: { hash, imageSize, source }, ...rest }: RunConfig) => ({
    ...{ ...rest, imageSize, backbone: hash === saved.backbone.hash ? hash : `${source} (${hash})` },
    ...{ ...training, ...training.model, epochs: 0, patience: 0, model: 0 },
  });
  const [before, after] = [comparable(saved), comparable(now)] as [Record<string, unknown>, Record<string, unknown>];
  const differing = Object.keys(after).find((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  if (differing !== undefined)
    throw new DuetError(
      `${out} was begun with ${differing} ${JSON.stringify(before[differing])}, not ${JSON.stringify(after[differing])}; resume it with the same settings, or start another run.`,
    );
}
