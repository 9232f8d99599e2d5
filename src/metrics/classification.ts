// How good predictions are.

/** counts[true class][predicted class]. */
export type ConfusionCounts = readonly (readonly number[])[];

export function confusionCounts(
  labels: readonly number[],
  predictions: readonly number[],
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes }, () => Array<number>(classes).fill(0));
  for (const [clip, label] of labels.entries()) counts[label]![predictions[clip]!]!++;
  return counts;
}

/** Share of clips on the diagonal, 0 to 1; NaN without clips. */
export function accuracy(counts: ConfusionCounts): number {
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, row, label) => sum + row[label]!, 0) / total;
}

export type ClassScores = {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly clips: number;
};

/** Precision, recall and F1 of each class; 0 where nothing was predicted or found. */
export function classScores(counts: ConfusionCounts): ClassScores[] {
  return counts.map((row, label) => {
    const right = row[label]!;
    const clips = row.reduce((sum, count) => sum + count, 0);
    const predicted = counts.reduce((sum, other) => sum + other[label]!, 0);
    const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
    return {
      precision: ratio(right, predicted),
      recall: ratio(right, clips),
      f1: ratio(2 * right, clips + predicted),
      clips,
    };
  });
}

/** Mean F1 over the classes that have clips. */
export function macroF1(counts: ConfusionCounts): number {
  const scores = classScores(counts).filter(({ clips }) => clips > 0);
  return scores.reduce((sum, { f1 }) => sum + f1, 0) / scores.length;
}

export type CalibrationBin = { readonly confidence: number; readonly accuracy: number; readonly clips: number };
export type Calibration = { readonly expectedError: number; readonly bins: readonly CalibrationBin[] };

/** Expected calibration error over bins of equal width (Guo et al. 2017, equation 3), with the bins that hold clips. */
export function calibration(confidences: readonly number[], right: readonly boolean[], binCount = 15): Calibration {
  const bins = Array.from({ length: binCount }, () => ({ confidence: 0, accuracy: 0, clips: 0 }));
  for (const [clip, confidence] of confidences.entries()) {
    const bin = bins[Math.min(binCount - 1, Math.floor(confidence * binCount))]!;
    bin.confidence += confidence;
    bin.accuracy += Number(right[clip]);
    bin.clips++;
  }
  const filled = bins
    .filter(({ clips }) => clips > 0)
    .map(({ confidence, accuracy, clips }) => ({ confidence: confidence / clips, accuracy: accuracy / clips, clips }));
  const expectedError = filled.reduce(
    (sum, bin) => sum + (bin.clips / confidences.length) * Math.abs(bin.confidence - bin.accuracy),
    0,
  );
  return { expectedError, bins: filled };
}
