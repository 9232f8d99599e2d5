// A training from its data to its adapter, stage by stage, whatever system it trains: the same in Node and in a page.
import { evenBatchSize } from '../data/batch.ts';
import type { Feed } from '../data/feed.ts';
import { openPredictor, type Predictor } from '../infer/predictor.ts';
import { firstValues, type ParameterValues, parameterLengths, type Specifications } from '../model/parameters.ts';
import type { OpenSession } from '../runtime/session.ts';
import type {
  ClipStage,
  KeptStage,
  Known,
  OpenSystem,
  System,
  SystemSettings,
  TrainingClips,
} from '../systems/system.ts';
import {
  type Checkpoint,
  decodeCheckpoint,
  type EpochRecord,
  encodeCheckpoint,
  freshCheckpoint,
} from '../train/checkpoint.ts';
import type { KeptRow } from '../train/kept-lesson.ts';
import { type Outcome, type PlanAt, trainingLoop, type Validated } from '../train/loop.ts';
import { openTrainer } from '../train/open-trainer.ts';
import type { TrainingSettings } from '../train/settings.ts';
import { keptRows, trainOnKept } from '../train/train-on-kept.ts';
import type { Trainer } from '../train/trainer.ts';
import { adapterConfigFile, adapterModelFile, encodeAdapter } from '../weights/adapter-files.ts';
import { adapterFilesOf } from './adapter.ts';
import { askAbout } from './ask.ts';
import { type OpenDiagnosis, openDiagnosis } from './diagnosis.ts';
import { type Place, runFiles, writeText } from './place.ts';

/** What a training run reports of itself, in order. */
export type RunEvent =
  | { readonly kind: 'kept'; readonly stage: string; readonly done: number; readonly total: number }
  | {
      readonly kind: 'opened';
      readonly provider: string;
      /** Of the stage on clips under way. */
      readonly epochs: number;
      readonly epochsDone: number;
    }
  | {
      readonly kind: 'step';
      /** Of the stage on clips under way. */
      readonly epochs: number;
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
    }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly isBest: boolean }
  /** The adapter is of this epoch now; 0 is the start. */
  | { readonly kind: 'adapter'; readonly epoch: number; readonly metrics: Validated['metrics'] }
  | { readonly kind: 'diagnosis'; readonly epoch: number; readonly value: unknown }
  | { readonly kind: 'note'; readonly text: string };

/** A system, its clips as a feed, and where the run is kept and computed. */
export type RunOptions = {
  readonly system: System;
  readonly settings: SystemSettings;
  readonly known: Known;
  readonly open: OpenSystem;
  /** Its clips are read before this begins. */
  readonly feed: Feed;
  readonly place: Place;
  readonly openSession: OpenSession;
  /** The state to go on from: `restoredRun`, or `freshRun` with no step taken. */
  readonly checkpoint: Checkpoint;
  readonly isFresh: boolean;
  /** Clips of a batch that are in memory together; default: the whole batch. */
  readonly clipsAtOnce?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two saves within an epoch. */
  readonly saveInterval: number;
  /** Called for each step and each epoch. */
  readonly onEvent: (event: RunEvent) => void;
  /** As `TrainingClips` has it; needed where a system names its classes by texts. */
  readonly embed?: TrainingClips['embed'] | undefined;
  /** Rows with their features, where somebody keeps them. */
  readonly keptRows?: ((stage: KeptStage) => Promise<readonly KeptRow[]> | undefined) | undefined;
  /** Changes how long the run trains, before the first epoch and after each. */
  readonly planEpochs?: ((at: PlanAt) => Partial<TrainingSettings> | undefined) | undefined;
};

/** How the training ended, and what computed it. */
export type RunOutcome = { readonly outcome: Outcome; readonly provider: string };

/** A run of a system that has taken no step yet. */
export function freshRun({ stages }: OpenSystem, { backbone }: Known, seed: number): Checkpoint {
  return freshCheckpoint(firstValues(trainedParameters(stages), backbone.weights, seed));
}

/** The state that a place holds; undefined where it holds none. @throws DuetError when it is of another model. */
export async function restoredRun(place: Place, { stages }: OpenSystem): Promise<Checkpoint | undefined> {
  const bytes = await place.read(runFiles.checkpoint);
  if (!bytes) return undefined;
  const lengths = parameterLengths(trainedParameters(stages));
  return decodeCheckpoint(bytes, lengths, `${place.name}/${runFiles.checkpoint}`);
}

/** The parameters of all stages on clips; those on kept features train some of them. */
function trainedParameters(stages: OpenSystem['stages']): Specifications {
  return new Map(stages.flatMap((stage) => (stage.on === 'clips' ? [...stage.model.parameters] : [])));
}

/**
 * Trains, or goes on, and leaves the adapter of the best epoch in the run's place.
 * @throws DuetError when the numbers can no longer lead anywhere, and the signal's reason where features are computed.
 */
export async function trainRun(options: RunOptions): Promise<RunOutcome> {
  const { open, settings, known, feed, openSession, checkpoint, onEvent } = options;
  const { backbone } = known;
  const { progress } = checkpoint;
  const clipStages = open.stages.filter((stage): stage is ClipStage => stage.on === 'clips');
  const batchSize = evenBatchSize(await feed.count('train'), settings.batch);
  const releases: (() => Promise<void>)[] = [];
  const opened = <Opened extends { release(): Promise<void> }>(one: Opened): Opened => {
    releases.push(() => one.release());
    return one;
  };
  const onNote = (text: string) => onEvent({ kind: 'note', text });
  const openStage = async (stage: ClipStage): Promise<Trainer> =>
    opened(
      await openTrainer({
        ...{ stage, backbone, batchSize, openSession, checkpoint, onNote },
        training: { ...settings, ...stage.settings },
        clipsAtOnce: options.clipsAtOnce,
        ...{ optimisers: stage.optimisers, averaging: stage.averaging },
        rowsRepeat: stage.rowsRepeat,
      }),
    );
  try {
    const predicting = { backbone, openSession, batchSize: Math.min(16, batchSize) };
    const predictor = opened(await openPredictor({ ...predicting, model: open.folded }));
    const { provider } = predictor;
    const { epochs } = { ...settings, ...clipStages[progress.stage]!.settings };
    onEvent({ kind: 'opened', provider, epochs, epochsDone: progress.epoch });
    for (const note of open.notes?.() ?? []) onNote(note);
    const scoring = { ...options, predictor };
    if (options.isFresh) {
      await takeFirstValues(options);
      await takeStarts(scoring);
    }
    // After the start, whose model is there soon; a training step takes long to load.
    let trainer = await openStage(clipStages[progress.stage]!);
    const diagnosis = open.diagnose && opened(await openDiagnosis(open.diagnose, { ...options, ...predicting }));
    for (;;) {
      const isLast = progress.stage === clipStages.length - 1;
      if (isLast) await diagnosis?.measure(progress.epoch);
      const training = { ...scoring, trainer, batchSize, isLast, diagnosis };
      const outcome = await trainStage(clipStages[progress.stage]!, training);
      if (outcome !== 'interrupted' && isLast) {
        await diagnosis?.measure(progress.epoch, true);
        await writeHistory(options);
      } else if (outcome !== 'interrupted') {
        beginStage(checkpoint, progress.stage + 1);
        await takeStarts(scoring);
      }
      await save(options);
      if (outcome === 'interrupted' || isLast) return { outcome, provider };
      trainer = await openStage(clipStages[progress.stage]!);
    }
  } finally {
    for (const release of releases.reverse()) await release();
  }
}

async function takeFirstValues({ open, feed, checkpoint, embed = noTexts }: RunOptions): Promise<void> {
  const given = await open.firstValues?.({ walk: (pass) => feed.batches('train', pass), embed });
  for (const [name, values] of given ?? []) checkpoint.parameters.get(name)!.set(values);
}

const noTexts = (): never => {
  throw new Error('no text encoder was given to this training');
};

/**
 * Trains the stages on kept features that come right before the stage on clips under way. What they lead to is the
 * start of the last stage, a model like those of the epochs, and kept if none is better.
 */
async function takeStarts(options: Scoring): Promise<void> {
  const { open, known, feed, openSession, checkpoint, signal, onEvent } = options;
  const { progress, parameters } = checkpoint;
  const stages = stagesBefore(open.stages, progress.stage);
  for (const stage of stages) {
    const values = stage.values(parameters);
    const training = { stage, backbone: known.backbone, values, openSession, signal };
    const onProgress = (done: number, total: number) => onEvent({ kind: 'kept', stage: stage.name, done, total });
    const rows = await (options.keptRows?.(stage) ?? keptRows(training, feed, onProgress));
    await trainOnKept(training, rows);
  }
  if (stages.length === 0) return;
  const { folded, metrics } = await validated(parameters, options);
  if (metrics) {
    progress.best = { epoch: 0, metrics: { ...metrics } };
    await keepAdapter(folded, options);
    onEvent({ kind: 'adapter', epoch: 0, metrics });
  }
  await save(options);
}

/** The stages on kept features between a stage on clips, counted from 0 among those, and the one before it. */
function stagesBefore(stages: OpenSystem['stages'], clipStage: number): KeptStage[] {
  let seen = 0;
  return stages.filter((stage): stage is KeptStage => {
    if (stage.on === 'clips') seen++;
    return stage.on === 'kept features' && seen === clipStage;
  });
}

type Scoring = RunOptions & { readonly predictor: Predictor };

type StageTraining = Scoring & {
  readonly trainer: Trainer;
  readonly batchSize: number;
  /** Earlier stages are trained to their end; of the last one the epoch is kept that validation likes best. */
  readonly isLast: boolean;
  readonly diagnosis: OpenDiagnosis | undefined;
};

function trainStage(stage: ClipStage, options: StageTraining): Promise<Outcome> {
  const { system, feed, trainer, checkpoint, batchSize, signal, saveInterval, onEvent, isLast } = options;
  const training = { ...options.settings, ...stage.settings };
  const { epochs } = training;
  return trainingLoop({
    ...{ feed, trainer, checkpoint, batchSize, signal, saveInterval, training },
    metrics: system.metrics,
    lesson: {
      stepBatch: (batch, step) => ({
        ...stage.stepBatch(batch, step),
        ...(stage.rowsRepeat && { rowNames: batch.rows.map(({ clips }) => clips.join('\n')) }),
      }),
      judge: (batch, logged) => stage.judge?.(batch, logged) ?? { judged: 0, right: 0 },
      validate: async (parameters) =>
        isLast ? validated(parameters, options) : { folded: parameters, metrics: undefined },
    },
    pass: stage.pass ?? 'train',
    planEpochs: options.planEpochs,
    onStep: (epoch, step, steps, loss) => onEvent({ kind: 'step', epochs, epoch: epoch + 1, step, steps, loss }),
    onSave: () => save(options),
    async onEpoch(record, isBest, folded) {
      if (isBest && isLast) {
        await keepAdapter(folded, options);
        onEvent({ kind: 'adapter', epoch: record.epoch, metrics: record.validation ?? undefined });
      }
      if (isLast) await options.diagnosis?.measure(record.epoch);
      await writeHistory(options);
      // Last: should anything before it fail, the epoch is done again.
      await save(options);
      onEvent({ kind: 'epoch', record, isBest });
    },
  });
}

/** The next stage begins with the parameters of the one before, and with an optimiser of its own. */
function beginStage(checkpoint: Checkpoint, stage: number): void {
  const { state, progress } = checkpoint;
  checkpoint.average = undefined;
  for (const moments of [state.first, state.second]) for (const values of moments.values()) values.fill(0);
  state.step = 0;
  Object.assign(progress, { stage, epoch: 0, stepsInEpoch: 0, steps: 0, sums: {}, best: null, finished: false });
}

/** What is made of the parameters, and what the validation clips say of it. */
async function validated(
  parameters: ParameterValues,
  { open, settings, feed, predictor }: Scoring,
): Promise<Validated> {
  const folded = open.fold(parameters);
  if ((await feed.count('val')) === 0) return { folded, metrics: undefined };
  const ask = askAbout({ feed, predictor, adapter: folded, split: 'val' });
  const { metrics, calibrate } = await open.score(ask, { extent: 'epoch', seed: settings.seed });
  return { folded: calibrate?.(folded) ?? folded, metrics };
}

async function keepAdapter(folded: ParameterValues, options: RunOptions): Promise<void> {
  const { place } = options;
  const { config, model } = encodeAdapter(adapterFilesOf(folded, options), place.name);
  await place.write(adapterModelFile, model);
  await writeText(place, adapterConfigFile, config);
}

async function save({ place, checkpoint }: RunOptions): Promise<void> {
  await place.write(runFiles.checkpoint, encodeCheckpoint(checkpoint));
}

async function writeHistory({ place, open, checkpoint }: RunOptions): Promise<void> {
  const { best, history: epochs, diagnosis } = checkpoint.progress;
  const history = { kept: best?.epoch ?? null, parameters: open.counts, epochs, diagnosis };
  await writeText(place, runFiles.history, `${JSON.stringify(history, null, 1)}\n`);
}
