// How well scores tell positives from negatives: areas, error rates and thresholds. A clip counts as detected if its
// score is at least the threshold, so that equal scores are always decided together.

/** One threshold, and the shares of the positives and of the negatives that are detected there. */
export type OperatingPoint = {
  readonly threshold: number;
  readonly recall: number;
  readonly falseAlarms: number;
};

/** The operating points at every score that occurs, from the highest down; all shares are NaN where a side is empty. */
export function operatingPoints(positives: readonly number[], negatives: readonly number[]): OperatingPoint[] {
  const detected = new Map<number, { positives: number; negatives: number }>();
  const count = (scores: readonly number[], side: 'positives' | 'negatives') => {
    for (const score of scores) {
      const counts = detected.get(score) ?? { positives: 0, negatives: 0 };
      counts[side]++;
      detected.set(score, counts);
    }
  };
  count(positives, 'positives');
  count(negatives, 'negatives');
  let [recalled, alarmed] = [0, 0];
  return [...detected.keys()]
    .sort((a, b) => b - a)
    .map((threshold) => {
      const counts = detected.get(threshold)!;
      recalled += counts.positives;
      alarmed += counts.negatives;
      return { threshold, recall: recalled / positives.length, falseAlarms: alarmed / negatives.length };
    });
}

/**
 * Area under the ROC curve: how often a positive scores above a negative, ties counted half. NaN if either is empty.
 */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number {
  if (positives.length === 0 || negatives.length === 0) return Number.NaN;
  let [area, recallBefore, falseAlarmsBefore] = [0, 0, 0];
  for (const { recall, falseAlarms } of operatingPoints(positives, negatives)) {
    area += ((falseAlarms - falseAlarmsBefore) * (recall + recallBefore)) / 2;
    [recallBefore, falseAlarmsBefore] = [recall, falseAlarms];
  }
  return area;
}

/**
 * Average precision: the sum over thresholds of the recall that each adds times the precision there, without
 * interpolation. NaN without positives.
 */
export function averagePrecision(positives: readonly number[], negatives: readonly number[]): number {
  if (positives.length === 0) return Number.NaN;
  let [total, recallBefore] = [0, 0];
  const alarms = (falseAlarms: number) => (negatives.length === 0 ? 0 : falseAlarms * negatives.length);
  for (const { recall, falseAlarms } of operatingPoints(positives, negatives)) {
    const found = recall * positives.length;
    total += (recall - recallBefore) * (found / (found + alarms(falseAlarms)));
    recallBefore = recall;
  }
  return total;
}

/** Where missed positives and false alarms are equally frequent, on the straight lines between operating points. */
export function equalErrorRate(positives: readonly number[], negatives: readonly number[]): number {
  let [missesBefore, falseAlarmsBefore] = [1, 0];
  for (const { recall, falseAlarms } of operatingPoints(positives, negatives)) {
    const misses = 1 - recall;
    if (falseAlarms >= misses) {
      const gap = missesBefore - falseAlarmsBefore;
      const part = gap / (gap + falseAlarms - misses);
      return falseAlarmsBefore + part * (falseAlarms - falseAlarmsBefore);
    }
    [missesBefore, falseAlarmsBefore] = [misses, falseAlarms];
  }
  return Number.NaN;
}

/** The least share of negatives detected where at least `recall` of the positives are. NaN if either is empty. */
export function falseAlarmsAtRecall(
  positives: readonly number[],
  negatives: readonly number[],
  recall: number,
): number {
  return operatingPoints(positives, negatives).find((point) => point.recall >= recall)?.falseAlarms ?? Number.NaN;
}

/** Mean of the share of positives detected and the share of negatives not detected at a threshold chosen elsewhere. */
export function balancedAccuracy(
  positives: readonly number[],
  negatives: readonly number[],
  threshold: number,
): number {
  const shareDetected = (scores: readonly number[]) =>
    scores.filter((score) => score >= threshold).length / scores.length;
  return (1 + shareDetected(positives) - shareDetected(negatives)) / 2;
}

/**
 * The threshold with the highest balanced accuracy, halfway to the next score below, so that it lies between scores;
 * of equally good ones the highest. NaN if either side is empty.
 */
export function bestThreshold(positives: readonly number[], negatives: readonly number[]): number {
  if (positives.length === 0 || negatives.length === 0) return Number.NaN;
  const points = operatingPoints(positives, negatives);
  const gain = ({ recall, falseAlarms }: OperatingPoint) => recall - falseAlarms;
  const best = points.reduce((before, point) => (gain(point) > gain(before) ? point : before));
  const below = points[points.indexOf(best) + 1];
  return below ? (best.threshold + below.threshold) / 2 : best.threshold;
}
