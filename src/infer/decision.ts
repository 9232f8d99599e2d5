// From logits to probabilities and to what a clip is said to be (step 9 of docs/model.md).

/** Softmax of each row of [B, K] logits. */
export function softmaxRows(logits: Float32Array, classes: number): Float64Array[] {
  return Array.from({ length: logits.length / classes }, (_, row) => {
    const values = Float64Array.from(logits.subarray(row * classes, (row + 1) * classes));
    const largest = Math.max(...values);
    const exponentials = values.map((value) => Math.exp(value - largest));
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    return exponentials.map((value) => value / total);
  });
}

/** Where the largest value is; the first of equals. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Probability of a logit. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
