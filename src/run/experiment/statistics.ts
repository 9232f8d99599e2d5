// Means over seeds, and how sure a difference between two variants is.

/** Mean and the sample's standard deviation (n - 1); NaN deviation for a single value, NaN mean for none. */
export function meanAndDeviation(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : Number.NaN };
}

export type PairedDifference = {
  /** Of value minus baseline, over the runs that both have. */
  readonly mean: number;
  /** Ends of the 95 % interval of Student's t for paired samples; NaN for fewer than two pairs. */
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
};

/**
 * @param pairs value and baseline of the same seed and fold. Undefined without any.
 * @param folds of cross-validation, if the runs are such.
 */
export function pairedDifference(
  pairs: readonly (readonly [value: number, baseline: number])[],
  folds?: number,
): PairedDifference | undefined {
  if (pairs.length === 0) return undefined;
  const differences = pairs.map(([value, baseline]) => value - baseline);
  const { mean } = meanAndDeviation(differences);
  const half = halfInterval(differences, folds);
  return { mean, low: mean - half, high: mean + half, pairs: pairs.length };
}

/**
 * Half of the 95 % interval of a mean; NaN for fewer than two values. Runs of cross-validation learn from the same
 * clips and are not independent: their variance counts 1/n + test clips / training clips and not 1/n times (Nadeau and
 * Bengio 2003, "Inference for the generalization error", section 3), of folds of which one is tested and one validates.
 */
export function halfInterval(values: readonly number[], folds?: number): number {
  if (values.length < 2) return Number.NaN;
  const { deviation } = meanAndDeviation(values);
  const overlap = folds === undefined ? 0 : 1 / (folds - 2);
  return studentQuantile(0.95, values.length - 1) * deviation * Math.sqrt(1 / values.length + overlap);
}

/**
 * The t that a share of Student's distribution with whole degrees of freedom lies within, on both sides of zero. @param
 * share in 0 ... 1.
 */
export function studentQuantile(share: number, freedom: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, freedom) < share) low = middle;
    else high = middle;
  }
  return Math.tan(low) * Math.sqrt(freedom);
}

/** P(|T| < sqrt(freedom) tan(angle)): Abramowitz and Stegun 1964, 26.7.3 and 26.7.4. */
function shareWithin(angle: number, freedom: number): number {
  const isOdd = freedom % 2 === 1;
  const cosine = Math.cos(angle);
  let term = isOdd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= freedom - 2; power += 2) {
    term *= ((power - 1) / power) * cosine ** 2;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
