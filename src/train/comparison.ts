// How far what was computed is from what a reference run recorded.

export type ComparedGroup = 'outputs' | 'losses' | 'attention' | 'gradients' | 'trajectory' | 'parameters' | 'metrics';

export type Comparison = {
  readonly group: ComparedGroup;
  /** The recorded tensor's. */
  readonly name: string;
  /** Relative, of metrics the largest difference; NaN where the lengths differ. */
  readonly error: number;
};

/** Largest difference over largest value: for outputs, losses and trajectories. */
export function relativeToLargest(ours: Float32Array, reference: Float32Array): number {
  if (ours.length !== reference.length) return Number.NaN;
  let difference = 0;
  let largest = 0;
  for (const [i, value] of reference.entries()) {
    difference = Math.max(difference, Math.abs(ours[i]! - value));
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}

/** Norm of the difference over norm: for gradients and parameters. */
export function relativeInNorm(ours: Float32Array, reference: Float32Array): number {
  if (ours.length !== reference.length) return Number.NaN;
  let [difference, norm] = [0, 0];
  for (const [i, value] of reference.entries()) {
    difference += (ours[i]! - value) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(difference) / Math.sqrt(norm);
}
