// Epochs and steps: the part of training that changes numbers.
import type { Feed } from '../data/feed.ts';
import { DuetError } from '../errors.ts';
import { indexOfLargest } from '../infer/decision.ts';
import type { Predictor } from '../infer/predictor.ts';
import { type PairBatch, pairBatch } from '../systems/ma-avt/pair-batch.ts';
import type { TrainingConfig } from '../systems/ma-avt/recipes.ts';
import type { Score } from '../systems/ma-avt/score.ts';
import type { MaAvtConfig } from '../systems/ma-avt/settings.ts';
import { backgroundTargets, classTargets, dropoutMasks } from '../systems/ma-avt/targets.ts';
import { type Checkpoint, type EpochRecord, freshSums, type RunProgress } from './progress.ts';
import { learningRateAt } from './schedule.ts';
import type { TakenStep, Trainer } from './trainer.ts';
import { lossNames, mapLosses, type StepBatch } from './training-step.ts';
import { validate } from './validate.ts';

export type LoopOptions = {
  readonly training: TrainingConfig;
  readonly config: MaAvtConfig;
  readonly feed: Feed;
  readonly trainer: Trainer;
  readonly predictor: Predictor;
  /**
   * The trainer's. Changed in place; in `onSave` and `onEpoch`, and when the loop has ended, it is the state after a
   * whole step.
   */
  readonly checkpoint: Checkpoint;
  /** Clips in a full batch. */
  readonly batchSize: number;
  readonly signal: AbortSignal | undefined;
  readonly onStep: (epoch: number, step: number, steps: number, loss: number) => void;
  /** Milliseconds between two saves within an epoch, and what saves. */
  readonly saveInterval: number;
  readonly onSave: () => void | Promise<void>;
  /** An epoch is over. `folded` are the adapter's tensors of this epoch, its background head calibrated. */
  readonly onEpoch: (record: EpochRecord, isBest: boolean, folded: ReadonlyMap<string, Float32Array>) => Promise<void>;
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
  const { training, trainer, checkpoint, signal } = options;
  const { progress } = checkpoint;
  while (progress.epoch < training.epochs) {
    if (signal?.aborted) return 'interrupted';
    if (isExhausted(progress, training)) return 'stopped early';
    const isWhole = await trainEpoch(options);
    await trainer.collect();
    if (!isWhole) return 'interrupted';

    const began = performance.now();
    const { folded, score } = await validate(checkpoint.parameters, options);
    progress.sums.seconds += (performance.now() - began) / 1000;
    const record = epochRecord(progress, training, score);
    const isBest = !score || isBetter(score, progress.best);
    if (isBest) progress.best = { epoch: record.epoch, accuracy: score?.accuracy ?? 0, loss: score?.loss ?? 0 };
    progress.history.push(record);
    progress.epoch++;
    progress.stepsInEpoch = 0;
    progress.sums = freshSums();
    await options.onEpoch(record, isBest, folded);
  }
  progress.finished = true;
  return 'finished';
}

/** One epoch, or what is left of it. @returns false when the signal ended it. */
async function trainEpoch(options: LoopOptions): Promise<boolean> {
  const { training, config, feed, trainer, checkpoint, batchSize, signal, onStep } = options;
  const { progress } = checkpoint;
  const steps = Math.ceil((await feed.count('train')) / batchSize);
  let position = 0;
  let saved = performance.now();
  const pass = { name: 'train', seed: training.seed, epoch: progress.epoch };
  for await (const rows of feed.batches('train', pass)) {
    // Steps that a resumed epoch has behind it: the order of clips depends on the seed and the epoch alone.
    if (position++ < progress.stepsInEpoch) continue;
    const began = performance.now();
    const batch = pairBatch(rows);
    const rate = learningRateAt(progress.epoch + (progress.stepsInEpoch + 1) / steps, training);
    const taken = await trainer.step(stepBatch(batch, options), rate);
    progress.steps++;
    progress.stepsInEpoch++;
    addToSums(progress.sums, taken, batch, config.classes);
    progress.sums.seconds += (performance.now() - began) / 1000;
    onStep(progress.epoch, progress.stepsInEpoch, steps, taken.losses.total);
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

function stepBatch(batch: PairBatch, { config, training, checkpoint }: LoopOptions): StepBatch {
  const { images, spectrograms, labels, count } = batch;
  const targets = (ofClips: ArrayLike<number>) => classTargets(ofClips, config.classes, training.labelSmoothing);
  const { headDropout, seed } = training;
  return {
    images,
    spectrograms,
    classTargets: targets(labels),
    backgroundTargets: backgroundTargets(labels),
    pictureTargets: targets(batch.pictureLabels),
    soundTargets: targets(batch.soundLabels),
    masks: headDropout > 0 ? dropoutMasks(count, config, headDropout, seed, checkpoint.progress.steps) : undefined,
  };
}

function addToSums(
  sums: RunProgress['sums'],
  { losses, classLogits }: TakenStep,
  { labels }: PairBatch,
  classes: number,
): void {
  for (const name of lossNames) sums[name] += losses[name];
  for (const [clip, label] of labels.entries()) {
    if (label < 0) continue;
    sums.judged++;
    if (indexOfLargest(classLogits.subarray(clip * classes, (clip + 1) * classes)) === label) sums.right++;
  }
}

function epochRecord(
  { epoch, stepsInEpoch, sums }: RunProgress,
  training: TrainingConfig,
  score: Score | undefined,
): EpochRecord {
  return {
    epoch: epoch + 1,
    learningRate: learningRateAt(epoch + 1, training),
    losses: mapLosses((name) => sums[name] / stepsInEpoch),
    trainAccuracy: sums.judged > 0 ? sums.right / sums.judged : null,
    validationAccuracy: score?.accuracy ?? null,
    validationLoss: score?.loss ?? null,
    validationBackgroundAuc: score?.backgroundAuc ?? null,
    seconds: sums.seconds,
  };
}

/** More clips right, or as many with a smaller loss. */
function isBetter({ accuracy, loss }: Score, best: RunProgress['best']): boolean {
  return !best || accuracy > best.accuracy || (accuracy === best.accuracy && loss < best.loss);
}

function isExhausted({ epoch, best }: RunProgress, { patience }: TrainingConfig): boolean {
  return patience !== null && best !== null && epoch - best.epoch >= patience;
}
