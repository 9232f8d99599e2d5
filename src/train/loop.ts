// Epochs and steps: the part of training that changes numbers.
import type { Batch } from '../data/batch.ts';
import type { Feed } from '../data/feed.ts';
import type { Pass } from '../data/intake.ts';
import { DuetError } from '../errors.ts';
import type { ParameterValues } from '../model/parameters.ts';
import { mapTensors } from '../model/passage.ts';
import type { Results } from '../runtime/feeds.ts';
import type { Checkpoint, EpochRecord, RunProgress } from './checkpoint.ts';
import { isBetter, type Metric, type Metrics } from './metric.ts';
import { learningRateAt } from './schedule.ts';
import type { TrainingSettings } from './settings.ts';
import type { StepBatch } from './step.ts';
import type { Trainer } from './trainer.ts';

export type Validated = {
  /** The adapter's tensors. */
  readonly folded: ParameterValues;
  /** What validation clips say of them; undefined without any. */
  readonly metrics: Metrics | undefined;
};

/** What a system brings to the loop. */
export type Lesson = {
  /** A batch as the step is fed it. @param step counted from 0 over the run. */
  stepBatch(batch: Batch, step: number): StepBatch;
  /** How many clips of a batch can be judged as they are trained on, and how many of them are right. */
  judge(batch: Batch, logged: Results): { readonly judged: number; readonly right: number };
  /** What is made of the parameters at an epoch's end. */
  validate(parameters: ParameterValues): Promise<Validated>;
};

export type LoopOptions = {
  readonly training: TrainingSettings;
  readonly lesson: Lesson;
  /** The first chooses the epoch that is kept, the second breaks ties. */
  readonly metrics: readonly Metric[];
  readonly feed: Feed;
  readonly trainer: Trainer;
  /**
   * The trainer's. Changed in place; in `onSave` and `onEpoch`, and when the loop has ended, it is the state after a
   * whole step.
   */
  readonly checkpoint: Checkpoint;
  /** Clips in a full batch. */
  readonly batchSize: number;
  readonly signal: AbortSignal | undefined;
  /** The intake's word for a walk over the training clips. Default: `train`. */
  readonly pass?: string;
  /** Changes how long the run trains: before its first step here, and after each epoch. */
  readonly planEpochs?: ((at: PlanAt) => Partial<TrainingSettings> | undefined) | undefined;
  readonly onStep: (epoch: number, step: number, steps: number, loss: number) => void;
  /** Milliseconds between two saves within an epoch, and what saves. */
  readonly saveInterval: number;
  readonly onSave: () => void | Promise<void>;
  /** An epoch is over. `folded` are the adapter's tensors of this epoch. */
  readonly onEpoch: (record: EpochRecord, isBest: boolean, folded: ParameterValues) => Promise<void>;
};

export type PlanAt = {
  /** Finished epochs. */
  readonly epoch: number;
  /** Of a step, its share of validation included, in the last epoch; 0 before the first. */
  readonly stepSeconds: number;
  /** Of an epoch. */
  readonly steps: number;
};

export type Outcome = 'finished' | 'stopped early' | 'interrupted';

/** Trains until the last epoch, until nothing has improved for `patience` epochs, or until the signal. */
export async function trainingLoop(options: LoopOptions): Promise<Outcome> {
  try {
    return await trainEpochs(options);
  } catch (error) {
    await options.trainer.recover();
    throw error;
  }
}

async function trainEpochs(options: LoopOptions): Promise<Outcome> {
  const { trainer, checkpoint, signal } = options;
  const { progress } = checkpoint;
  const plan = async (epochSeconds: number): Promise<TrainingSettings> => {
    const steps = await stepsOfEpoch(options);
    const at = { epoch: progress.epoch, stepSeconds: epochSeconds / steps, steps };
    return { ...options.training, ...options.planEpochs?.(at) };
  };
  let training = await plan(0);
  while (progress.epoch < training.epochs) {
    if (signal?.aborted) return 'interrupted';
    if (isExhausted(progress, training)) return 'stopped early';
    const isWhole = await trainEpoch({ ...options, training });
    await trainer.collect();
    if (!isWhole) return 'interrupted';

    const began = performance.now();
    const { folded, metrics } = await options.lesson.validate(checkpoint.average ?? checkpoint.parameters);
    addTo(progress.sums, { seconds: (performance.now() - began) / 1000 });
    const record = epochRecord(progress, training, metrics);
    const isBest = !metrics || !progress.best || isBetter(metrics, progress.best.metrics, options.metrics);
    if (isBest) progress.best = { epoch: record.epoch, metrics: { ...metrics } };
    progress.history.push(record);
    progress.epoch++;
    progress.stepsInEpoch = 0;
    progress.sums = {};
    await options.onEpoch(record, isBest, folded);
    training = await plan(record.seconds);
  }
  progress.finished = true;
  return 'finished';
}

/** One epoch, or what is left of it. @returns false when the signal ended it. */
async function trainEpoch(options: LoopOptions): Promise<boolean> {
  const { training, lesson, feed, trainer, checkpoint, signal, onStep } = options;
  const { progress } = checkpoint;
  const steps = await stepsOfEpoch(options);
  let position = 0;
  let saved = performance.now();
  for await (const batch of feed.batches('train', passOf(options))) {
    // Steps that a resumed epoch has behind it: the order of clips depends on the seed and the epoch alone.
    if (position++ < progress.stepsInEpoch) continue;
    const began = performance.now();
    const rate = learningRateAt(progress.epoch + (progress.stepsInEpoch + 1) / steps, training);
    const taken = await trainer.step(lesson.stepBatch(batch, progress.steps), rate);
    progress.steps++;
    progress.stepsInEpoch++;
    addTo(progress.sums, { ...taken.losses, ...lesson.judge(batch, taken.logged) });
    addTo(progress.sums, { seconds: (performance.now() - began) / 1000 });
    onStep(progress.epoch, progress.stepsInEpoch, steps, taken.loss);
    if (signal?.aborted) return false;
    if (performance.now() - saved < options.saveInterval) continue;
    await trainer.collect();
    await options.onSave();
    saved = performance.now();
  }
  if (progress.stepsInEpoch === 0)
    throw new DuetError('No training clip could be loaded in a whole epoch; check the files and run again.');
  return true;
}

async function stepsOfEpoch(options: LoopOptions): Promise<number> {
  return Math.ceil((await options.feed.rows('train', passOf(options))) / options.batchSize);
}

function passOf({ pass = 'train', training: { seed }, checkpoint: { progress } }: LoopOptions): Pass {
  return { name: pass, seed, epoch: progress.epoch };
}

function addTo(sums: RunProgress['sums'], values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) sums[name] = (sums[name] ?? 0) + value;
}

function epochRecord(
  { epoch, stepsInEpoch, sums }: RunProgress,
  training: TrainingSettings,
  metrics: Metrics | undefined,
): EpochRecord {
  const { right = 0, judged = 0, seconds = 0, ...losses } = sums;
  return {
    epoch: epoch + 1,
    learningRate: learningRateAt(epoch + 1, training),
    losses: mapTensors(losses, (sum) => sum / stepsInEpoch),
    trainAccuracy: judged > 0 ? right / judged : null,
    validation: metrics ? { ...metrics } : null,
    seconds,
  };
}

function isExhausted({ epoch, best }: RunProgress, { patience }: TrainingSettings): boolean {
  return patience !== null && best !== null && epoch - best.epoch >= patience;
}
