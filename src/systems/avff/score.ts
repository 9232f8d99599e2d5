// What a detector's scores are worth: overall, for each kind of tampering, and in time.
import {
  areaUnderCurve,
  averagePrecision,
  balancedAccuracy,
  bestThreshold,
  equalErrorRate,
  falseAlarmsAtRecall,
} from '../../metrics/detection.ts';
import { type ScoredSegment, temporalAveragePrecision } from '../../metrics/temporal-detection.ts';
import type { Metrics } from '../../train/metric.ts';

/** A clip as judged; times in seconds. */
export type JudgedClip = {
  readonly id: string;
  readonly real: boolean;
  /** How it was tampered with, where that is known. */
  readonly method?: string | undefined;
  /** The higher, the more it looks like a fake. */
  readonly score: number;
  /** Where it is fake, and where it was found to be. */
  readonly fakes?: readonly { readonly start: number; readonly end: number }[] | undefined;
  readonly found?: readonly { readonly start: number; readonly end: number; readonly score: number }[] | undefined;
};

export const detectionMetrics = [
  { name: 'auc', title: 'Area under the ROC curve', unit: 'share', better: 'higher' },
  { name: 'averagePrecision', title: 'Average precision', unit: 'share', better: 'higher' },
  { name: 'balancedAccuracy', title: 'Balanced accuracy', unit: 'share', better: 'higher' },
  { name: 'equalErrorRate', title: 'Equal error rate', unit: 'share', better: 'lower' },
  { name: 'falseAlarmsAt95', title: 'False alarms at 95 % recall', unit: 'share', better: 'lower' },
] as const;
export type DetectionMetric = (typeof detectionMetrics)[number]['name'];
export type DetectionScores = Readonly<Record<DetectionMetric, number>>;

/**
 * The metrics of some clips, fakes being positive; NaN where one side is missing.
 * @param threshold chosen on other clips (`thresholdOf`).
 */
export function detectionScores(clips: readonly JudgedClip[], threshold: number): DetectionScores {
  const [fakes, reals] = [scoresWhere(clips, false), scoresWhere(clips, true)];
  return {
    auc: areaUnderCurve(fakes, reals),
    averagePrecision: averagePrecision(fakes, reals),
    balancedAccuracy: balancedAccuracy(fakes, reals, threshold),
    equalErrorRate: equalErrorRate(fakes, reals),
    falseAlarmsAt95: falseAlarmsAtRecall(fakes, reals, 0.95),
  };
}

/** Fewer real clips say less of the threshold than the training does, which ends with it at 0. */
export const leastRealClips = 20;

/** Binary cross-entropy of scores as logits, real and fake clips having the same weight. */
export function balancedLoss(clips: readonly JudgedClip[]): number {
  const lossOf = ({ real, score }: JudgedClip) => Math.log1p(Math.exp(real ? score : -score));
  const sides = [clips.filter(({ real }) => real), clips.filter(({ real }) => !real)].filter(
    ({ length }) => length > 0,
  );
  const means = sides.map((side) => side.reduce((sum, clip) => sum + lossOf(clip), 0) / side.length);
  return means.reduce((sum, mean) => sum + mean, 0) / sides.length;
}

/** Null for what cannot be said. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The same of each. */
export function nullable(values: Readonly<Record<string, number>>): Metrics {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, finite(value)]));
}

/** The threshold with the best balanced accuracy on validation clips. */
export function thresholdOf(clips: readonly JudgedClip[]): number {
  return bestThreshold(scoresWhere(clips, false), scoresWhere(clips, true));
}

/** The metrics of each kind of fake against all real clips, kinds in the order of their first clip. */
export function scoresByMethod(clips: readonly JudgedClip[], threshold: number): Map<string, DetectionScores> {
  const reals = clips.filter(({ real }) => real);
  const methods = new Set(clips.flatMap(({ real, method }) => (real || method === undefined ? [] : [method])));
  return new Map(
    [...methods].map((method) => {
      const ofMethod = clips.filter((clip) => !clip.real && clip.method === method);
      return [method, detectionScores([...reals, ...ofMethod], threshold)];
    }),
  );
}

export type TemporalScore = { readonly overlap: number; readonly averagePrecision: number };

const overlaps = [0.5, 0.75, 0.95] as const;

/** Average precision of the fake periods found, at each temporal IoU; undefined where no clip's periods are known. */
export function temporalScores(clips: readonly JudgedClip[]): readonly TemporalScore[] | undefined {
  const known = clips.filter(({ real, fakes }) => real || fakes);
  const truths = known.flatMap(({ id, fakes = [] }) => fakes.map((period) => ({ ...period, video: id })));
  if (truths.length === 0) return undefined;
  const found: ScoredSegment[] = known.flatMap(({ id, found = [] }) =>
    found.map((period) => ({ ...period, video: id })),
  );
  return overlaps.map((overlap) => ({
    overlap,
    averagePrecision: temporalAveragePrecision(found, truths, overlap),
  }));
}

function scoresWhere(clips: readonly JudgedClip[], real: boolean): number[] {
  return clips.filter((clip) => clip.real === real).map(({ score }) => score);
}
