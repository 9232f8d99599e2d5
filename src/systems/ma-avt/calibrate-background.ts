// What a background logit means, learned from clips that training has not seen. Taught by few clips, the background
// head is sure of itself where it should not be, and training shows it far more mismatched pairs than there are in
// people's videos.
import { sigmoid } from '../../infer/decision.ts';
import type { BackgroundLogits } from './score.ts';

/** How many clips are expected to be background, where none are labelled so: as many as the paper's training has. */
export const expectedShare = 0.2;

/** The calibrated logit is `factor` z + `offset`. */
export type LogitCalibration = { readonly factor: number; readonly offset: number };

/** A head that tells nothing, or the opposite, keeps its order and says nearly the expected share for everything. */
const leastFactor = 1e-3;
const newtonSteps = 50;

/**
 * Logistic regression of one variable with smoothed targets, (n + 1) / (n + 2) and 1 / (n + 2) for n clips, so that few
 * clips leave it in doubt (Platt 1999, "Probabilistic outputs for support vector machines", section 2.2). Clips
 * labelled background count as often as they are there; without them mismatched pairs stand in for them, with a weight
 * of `expectedShare`.
 */
export function fitBackground({ related, mismatched, labelled }: BackgroundLogits): LogitCalibration {
  const unrelated = labelled.length > 0 ? labelled : mismatched;
  const share = labelled.length > 0 ? labelled.length / (labelled.length + related.length) : expectedShare;
  // In units of their own spread, so that one ridge suits all; it only keeps the equations solvable.
  const scale = [...related, ...unrelated].reduce((most, logit) => Math.max(most, Math.abs(logit)), 1e-6);
  const clips = [
    ...related.map((logit) => ({
      z: logit / scale,
      target: 1 / (related.length + 2),
      weight: (1 - share) / related.length,
    })),
    ...unrelated.map((logit) => ({
      z: logit / scale,
      target: (unrelated.length + 1) / (unrelated.length + 2),
      weight: share / unrelated.length,
    })),
  ];
  const expected = Math.log(share / (1 - share));
  let factor = 0;
  let offset = expected;
  for (let step = 0; step < newtonSteps; step++) {
    const sums = { factor: 0, offset: 0, zz: 1e-6, z: 0, one: 1e-6 };
    for (const { z, target, weight } of clips) {
      const probability = sigmoid(factor * z + offset);
      const slope = weight * (probability - target);
      const curve = weight * Math.max(probability * (1 - probability), 1e-4);
      sums.factor += slope * z;
      sums.offset += slope;
      sums.zz += curve * z * z;
      sums.z += curve * z;
      sums.one += curve;
    }
    const determinant = sums.zz * sums.one - sums.z * sums.z;
    factor -= (sums.one * sums.factor - sums.z * sums.offset) / determinant;
    offset -= (sums.zz * sums.offset - sums.z * sums.factor) / determinant;
  }
  const usable = Number.isFinite(factor) && factor / scale > leastFactor;
  return usable ? { factor: factor / scale, offset } : { factor: leastFactor, offset: expected };
}

/**
 * The adapter's tensors with the calibration in the last layers of its background head; without logits, as they are.
 */
export function withCalibratedBackground(
  folded: ReadonlyMap<string, Float32Array>,
  logits: BackgroundLogits | undefined,
): ReadonlyMap<string, Float32Array> {
  if (!logits || logits.related.length === 0 || logits.mismatched.length + logits.labelled.length === 0) return folded;
  const { factor, offset } = fitBackground(logits);
  const scaled = (name: string, added = 0) => {
    const values = folded.get(name);
    return values ? ([[name, values.map((value) => value * factor + added)]] as const) : [];
  };
  return new Map([
    ...folded,
    ...scaled('background_head.weight'),
    ...scaled('background_head.bias', offset),
    ...scaled('agreement_weight'),
  ]);
}
