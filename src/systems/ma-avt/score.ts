// A model's answers on one split of a data set, and what they are worth.
import { indexOfLargest, sigmoid, softmaxRows } from '../../infer/decision.ts';
import {
  accuracy,
  type Calibration,
  type ClassScores,
  calibration,
  classScores,
  confusionCounts,
  macroF1,
} from '../../metrics/classification.ts';
import { areaUnderCurve } from '../../metrics/detection.ts';
import type { Answered, Ask } from '../system.ts';
import type { MaAvtTarget } from './epoch-plan.ts';
import { backgroundLabel } from './epoch-plan.ts';
import { type Robustness, swappedShares } from './robustness.ts';

export type ScoredClip = {
  readonly id: string;
  readonly label: number;
  /** What the decision rule says. */
  readonly predicted: number;
  /** Over the classes, summing to one. */
  readonly probabilities: Float64Array;
  readonly backgroundLogit: number | undefined;
};

/** Background logits of a split's clips and of its pictures with another class's sound. */
export type BackgroundLogits = {
  /** Of clips whose sound belongs to their picture. */
  readonly related: readonly number[];
  readonly mismatched: readonly number[];
  /** Of clips that are labelled background. */
  readonly labelled: readonly number[];
};

export type Score = {
  readonly clips: readonly ScoredClip[];
  /** Share of clips that are said to be what they are, 0 to 1. */
  readonly accuracy: number;
  readonly macroF1: number;
  /**
   * How well the background logit tells mismatched pairs from true ones; undefined without a background head or without
   * pairs.
   */
  readonly backgroundAuc: number | undefined;
  /** Undefined without a background head. */
  readonly backgroundLogits: BackgroundLogits | undefined;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassScores[];
  readonly calibration: Calibration;
  /** Only where it was asked for. */
  readonly robustness: Robustness | undefined;
};

export type ScoreOptions = {
  readonly classes: number;
  /** Where clips are labelled background, those with a higher background probability are said to be it. Default 0.5. */
  readonly backgroundThreshold?: number;
  /** Seeds the mismatched pairs; without it there are none. */
  readonly mismatchSeed?: number | undefined;
  /** Asks what remains without a modality and with another class's sound. Default: no. */
  readonly robustness?: boolean;
};

/**
 * Scores one split: every clip once, then every picture with the sound of another class. If some clips are labelled
 * background, it counts as one more class, the last: its probability is the background head's, and the classes share
 * the rest.
 */
export async function scoreClips(ask: Ask, options: ScoreOptions): Promise<Score> {
  const { classes, mismatchSeed, robustness = false, backgroundThreshold = 0.5 } = options;
  const pass = (name: string, seed = 0) => ask({ name, seed, epoch: 0 });
  const answersTo = async (answered: AsyncIterable<Answered>) => {
    const scored: (ScoredClip & { readonly soundId: string })[] = [];
    for await (const { rows, outputs } of answered) {
      const probabilities = softmaxRows(outputs.class_logits!, classes);
      for (const [clip, { clips, target }] of rows.entries())
        scored.push({
          id: clips[0]!,
          soundId: clips[1]!,
          label: (target as MaAvtTarget).label,
          predicted: indexOfLargest(probabilities[clip]!),
          probabilities: probabilities[clip]!,
          backgroundLogit: outputs.background_logits?.[clip],
        });
    }
    return scored;
  };
  const answers = (await answersTo(pass('evaluate'))).map(({ soundId: _, ...answer }) => answer);
  const labels = new Map(answers.map(({ id, label }) => [id, label]));
  const labelled = new Set(labels.values());
  const hasBackground = answers.some(({ backgroundLogit }) => backgroundLogit !== undefined);
  const asksSwapped = mismatchSeed !== undefined && (hasBackground || robustness) && labelled.size > 1;
  const swapped = asksSwapped ? await answersTo(pass('mismatched', mismatchSeed)) : [];
  const mismatched = swapped.flatMap(({ backgroundLogit }) => (backgroundLogit === undefined ? [] : [backgroundLogit]));

  const isLabelled = labelled.has(backgroundLabel);
  const decided = (given: readonly ScoredClip[]) =>
    isLabelled ? given.map((answer) => amongBackground(answer, classes, backgroundThreshold)) : given;
  const shareRight = (given: readonly ScoredClip[]) =>
    decided(given).filter(({ label, predicted }) => label === predicted).length / given.length;
  const clips = decided(answers);
  const confusion = confusionCounts(
    clips.map(({ label }) => label),
    clips.map(({ predicted }) => predicted),
    classes + Number(isLabelled),
  );
  const logits = (isWanted: (label: number) => boolean) =>
    answers.flatMap(({ label, backgroundLogit }) =>
      isWanted(label) && backgroundLogit !== undefined ? [backgroundLogit] : [],
    );
  const related = logits((label) => label !== backgroundLabel);
  const ofBackground = logits((label) => label === backgroundLabel);
  const unrelated = [...mismatched, ...ofBackground];
  return {
    clips,
    accuracy: accuracy(confusion),
    macroF1: macroF1(confusion),
    backgroundAuc: unrelated.length > 0 ? areaUnderCurve(unrelated, related) : undefined,
    backgroundLogits: hasBackground ? { related, mismatched, labelled: ofBackground } : undefined,
    loss:
      clips.reduce((sum, { probabilities, label }) => sum - Math.log(Math.max(probabilities[label]!, 1e-12)), 0) /
      clips.length,
    confusion,
    perClass: classScores(confusion),
    calibration: calibration(
      clips.map(({ probabilities, predicted }) => probabilities[predicted]!),
      clips.map(({ label, predicted }) => predicted === label),
    ),
    robustness: !robustness
      ? undefined
      : {
          pictureMissing: shareRight(await answersTo(pass('without picture'))),
          soundMissing: shareRight(await answersTo(pass('without sound'))),
          falseAlarms:
            related.length > 0
              ? related.filter((logit) => sigmoid(logit) > backgroundThreshold).length / related.length
              : undefined,
          swapped: swapped.length > 0 ? swappedShares(swapped, labels, backgroundThreshold) : undefined,
        },
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
