// The agreement of two series at every shift of time as a graph, for clips of different lengths side by side.
// Shapes: B clips, T moments, C channels, K the largest lag.
import {
  add,
  concat,
  divide,
  greater,
  matMul,
  max,
  mean,
  multiply,
  reshape,
  slice,
  sqrt,
  subtract,
  sum,
  transpose,
  where,
} from '../../../graph/functions.ts';
import { filled, type Tensor } from '../../../graph/tensor.ts';
import { farLag, largestLag, nearLag } from './agreement.ts';

/**
 * Sums over time and channels of a(t) b(t + lag), for every lag from -K to K: [B, T, C] twice to [B, 2K + 1].
 * The products of all pairs of moments are laid out in rows one longer than they are, so that equal lags come to stand
 * in one column.
 */
export function lagSums(a: Tensor, b: Tensor, largest: number): Tensor {
  const [clips, moments] = a.shape as [number, number];
  const products = matMul(a, transpose(b, [0, 2, 1])); // [B, T, T]
  const zeros = (...shape: number[]) => filled(0, shape, a.elementType);
  const wide = reshape(concat([products, zeros(clips, moments, moments)], 2), [clips, 2 * moments ** 2]);
  const skewed = reshape(concat([wide, zeros(clips, moments)], 1), [clips, moments, 2 * moments + 1]);
  const byLag = sum(skewed, [1]); // lag l in column l, or 2T + 1 + l below 0
  return concat([slice(byLag, 1, 2 * moments + 1 - largest, 2 * moments + 1), slice(byLag, 1, 0, largest + 1)], 1);
}

/**
 * The same as `agreement` of each clip.
 * @param predicted [B, T, C].
 * @param truth [B, T, C], each channel with mean 0 and deviation 1 over the moments that count, 0 at the others.
 * @param present [B, T], 1 for moments that count, else 0.
 * @returns [B, 41].
 */
export function agreementCurve(predicted: Tensor, truth: Tensor, present: Tensor): Tensor {
  const [clips, moments, channels] = predicted.shape as [number, number, number];
  const mask = reshape(present, [clips, moments, 1]);
  const count = atLeastOne(sum(mask, [1], true));
  const averageOf = (x: Tensor) => divide(sum(multiply(x, mask), [1], true), count);
  const centred = multiply(subtract(predicted, averageOf(predicted)), mask);
  const deviation = sqrt(add(mean(averageOf(multiply(centred, centred)), [2], true), 1e-12));
  const overlaps = atLeastOne(lagSums(mask, mask, largestLag));
  return divide(divide(lagSums(divide(centred, deviation), truth, largestLag), overlaps), channels);
}

/** The highest of each curve near lag 0: [B, 41] to [B, 1]. */
export function nearAgreement(curve: Tensor): Tensor {
  return max(slice(curve, 1, largestLag - nearLag, largestLag + nearLag + 1), [1], true);
}

/** The same as `margin` of each curve: [B, 41] to [B, 1]. */
export function curveMargin(curve: Tensor): Tensor {
  const part = (from: number, to: number) => slice(curve, 1, largestLag + from, largestLag + to + 1);
  const near = nearAgreement(curve);
  const far = concat([part(-largestLag, -farLag - 1), part(farLag + 1, largestLag)], 1);
  const average = mean(far, [1], true);
  const spread = subtract(far, average);
  const deviation = sqrt(add(mean(multiply(spread, spread), [1], true), 1e-12));
  return subtract(subtract(near, average), deviation);
}

/** A count that is safe to divide by. */
export function atLeastOne(count: Tensor): Tensor {
  return where(greater(count, 1), count, filled(1, count.shape, count.elementType));
}
