// A model's answers on one split of a data set, and what they are worth.
import type { Batch } from '../data/batch.ts';
import type { Split } from '../data/dataset.ts';
import type { BatchFeed } from '../data/open-batches-node.ts';
import { indexOfLargest, softmaxRows } from '../infer/decision.ts';
import type { Predictor } from '../infer/predictor.ts';
import {
  accuracy,
  areaUnderCurve,
  type Calibration,
  type ClassScores,
  calibration,
  classScores,
  confusionCounts,
  macroF1,
} from './metrics.ts';

export type ScoredClip = {
  readonly id: string;
  readonly label: number;
  /** Over the classes, summing to one. */
  readonly probabilities: Float64Array;
  readonly backgroundLogit: number | undefined;
};

export type Score = {
  readonly clips: readonly ScoredClip[];
  /** Share of clips whose best class is right, 0 to 1. */
  readonly accuracy: number;
  readonly macroF1: number;
  /** How well the background logit tells mismatched pairs from true ones; undefined without a background head or without pairs. */
  readonly backgroundAuc: number | undefined;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassScores[];
  readonly calibration: Calibration;
};

export type ScoreOptions = {
  readonly feed: BatchFeed;
  readonly predictor: Predictor;
  readonly adapter: ReadonlyMap<string, Float32Array>;
  readonly classes: number;
  /** Seeds the mismatched pairs; without it there are none. */
  readonly mismatchSeed?: number;
  readonly onClips?: (done: number) => void;
};

/** Scores one split: every clip once, then every picture with the sound of another class. */
export async function scoreSplit(split: Split, options: ScoreOptions): Promise<Score> {
  const { feed, predictor, adapter, classes, mismatchSeed } = options;
  const clips: ScoredClip[] = [];
  const mismatched: number[] = [];
  let done = 0;
  const predict = async (batch: Batch) => {
    const predictions = await predictor.run(adapter, batch);
    done += batch.count;
    options.onClips?.(done);
    return predictions;
  };
  for await (const batch of feed.evaluate(split)) {
    const { classLogits, backgroundLogits } = await predict(batch);
    const probabilities = softmaxRows(classLogits, classes);
    for (let clip = 0; clip < batch.count; clip++)
      clips.push({
        id: batch.pictureIds[clip]!,
        label: batch.labels[clip]!,
        probabilities: probabilities[clip]!,
        backgroundLogit: backgroundLogits?.[clip],
      });
  }
  const labelled = new Set(clips.map(({ label }) => label));
  const hasBackground = clips.some(({ backgroundLogit }) => backgroundLogit !== undefined);
  if (mismatchSeed !== undefined && hasBackground && labelled.size > 1)
    for await (const batch of feed.mismatched(split, mismatchSeed)) mismatched.push(...(await predict(batch)).backgroundLogits!);

  const labels = clips.map(({ label }) => label);
  const predictions = clips.map(({ probabilities }) => indexOfLargest(probabilities));
  const confusion = confusionCounts(labels, predictions, classes);
  const matched = clips.flatMap(({ backgroundLogit }) => (backgroundLogit === undefined ? [] : [backgroundLogit]));
  return {
    clips,
    accuracy: accuracy(confusion),
    macroF1: macroF1(confusion),
    backgroundAuc: mismatched.length > 0 ? areaUnderCurve(mismatched, matched) : undefined,
    loss: clips.reduce((sum, { probabilities, label }) => sum - Math.log(Math.max(probabilities[label]!, 1e-12)), 0) / clips.length,
    confusion,
    perClass: classScores(confusion),
    calibration: calibration(
      clips.map(({ probabilities }) => Math.max(...probabilities)),
      clips.map(({ label }, clip) => predictions[clip] === label),
    ),
  };
}
