// A model's answers on one split of a data set, and what they are worth.
import type { Batch } from '../data/batch.ts';
import type { Split } from '../data/dataset.ts';
import { backgroundLabel } from '../data/epoch-plan.ts';
import type { BatchFeed } from '../data/open-batches-node.ts';
import { indexOfLargest, sigmoid, softmaxRows } from '../infer/decision.ts';
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
  /** What the decision rule says. */
  readonly predicted: number;
  /** Over the classes, summing to one. */
  readonly probabilities: Float64Array;
  readonly backgroundLogit: number | undefined;
};

export type Score = {
  readonly clips: readonly ScoredClip[];
  /** Share of clips that are said to be what they are, 0 to 1. */
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
  /** Where clips are labelled background, those with a higher background probability are said to be it. Default 0.5. */
  readonly backgroundThreshold?: number;
  /** Seeds the mismatched pairs; without it there are none. */
  readonly mismatchSeed?: number;
  readonly onClips?: (done: number) => void;
};

/**
 * Scores one split: every clip once, then every picture with the sound of another class. If some clips are labelled background,
 * it counts as one more class, the last: its probability is the background head's, and the classes share the rest.
 */
export async function scoreSplit(split: Split, options: ScoreOptions): Promise<Score> {
  const { feed, predictor, adapter, classes, mismatchSeed } = options;
  const answers: ScoredClip[] = [];
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
      answers.push({
        id: batch.pictureIds[clip]!,
        label: batch.labels[clip]!,
        predicted: indexOfLargest(probabilities[clip]!),
        probabilities: probabilities[clip]!,
        backgroundLogit: backgroundLogits?.[clip],
      });
  }
  const labelled = new Set(answers.map(({ label }) => label));
  const hasBackground = answers.some(({ backgroundLogit }) => backgroundLogit !== undefined);
  if (mismatchSeed !== undefined && hasBackground && labelled.size > 1)
    for await (const batch of feed.mismatched(split, mismatchSeed)) mismatched.push(...(await predict(batch)).backgroundLogits!);

  const isLabelled = labelled.has(backgroundLabel);
  const clips = isLabelled ? answers.map((answer) => amongBackground(answer, classes, options.backgroundThreshold ?? 0.5)) : answers;
  const confusion = confusionCounts(
    clips.map(({ label }) => label),
    clips.map(({ predicted }) => predicted),
    classes + Number(isLabelled),
  );
  const logits = (isWanted: (label: number) => boolean) =>
    answers.flatMap(({ label, backgroundLogit }) => (isWanted(label) && backgroundLogit !== undefined ? [backgroundLogit] : []));
  const unrelated = [...mismatched, ...logits((label) => label === backgroundLabel)];
  return {
    clips,
    accuracy: accuracy(confusion),
    macroF1: macroF1(confusion),
    backgroundAuc:
      unrelated.length > 0
        ? areaUnderCurve(
            unrelated,
            logits((label) => label !== backgroundLabel),
          )
        : undefined,
    loss: clips.reduce((sum, { probabilities, label }) => sum - Math.log(Math.max(probabilities[label]!, 1e-12)), 0) / clips.length,
    confusion,
    perClass: classScores(confusion),
    calibration: calibration(
      clips.map(({ probabilities, predicted }) => probabilities[predicted]!),
      clips.map(({ label, predicted }) => predicted === label),
    ),
  };
}

/** The same with background as one more class, and predicted by the decision rule. */
function amongBackground(answer: ScoredClip, classes: number, threshold: number): ScoredClip {
  const { label, predicted, probabilities, backgroundLogit } = answer;
  const background = backgroundLogit === undefined ? 0 : sigmoid(backgroundLogit);
  return {
    ...answer,
    label: label === backgroundLabel ? classes : label,
    predicted: background > threshold ? classes : predicted,
    probabilities: Float64Array.from([...probabilities.map((share) => share * (1 - background)), background]),
  };
}
