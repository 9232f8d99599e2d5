// The losses. Each masks, rather than drops, the clips that take no part, so that a graph serves every batch.
// Shapes: B clips, K classes, E embedding width.
import {
  add,
  divide,
  greater,
  logSoftmax,
  matMul,
  multiply,
  negate,
  reshape,
  softplus,
  subtract,
  sum,
  transpose,
  where,
} from '../graph/functions.ts';
import { constantLike, filled, type Tensor } from '../graph/tensor.ts';

/**
 * Cross-entropy, mean over the clips that have a target.
 * @param logits [B, K].
 * @param targets [B, K], each row a distribution over classes, or zeros for a clip that takes no part.
 */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return divide(negate(sum(multiply(targets, logSoftmax(logits)))), atLeastOne(sum(targets)));
}

/**
 * Binary cross-entropy of logits, mean over the clips that count.
 * @param logits [B].
 * @param targets [B], 0 to 1.
 * @param mask [B], 1 for clips that count, else 0.
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor, mask: Tensor): Tensor {
  return divide(sum(multiply(mask, subtract(softplus(logits), multiply(logits, targets)))), atLeastOne(sum(mask)));
}

/**
 * Symmetric InfoNCE: each clip's sound must find its picture among those of the batch, and the reverse (Radford et al.
 * 2021, figure 3).
 * @param a [B, E], unit vectors.
 * @param b [B, E], unit vectors.
 * @param mask [B], 1 for clips that take part, else 0; others are neither asked nor offered. Default: all do.
 * @param leavesOut whether a pair that does not belong together is not to be pushed apart either.
 */
export function infoNce(
  a: Tensor,
  b: Tensor,
  temperature: number | Tensor,
  mask = filled(1, a.shape.slice(0, 1), a.elementType),
  leavesOut?: (row: number, column: number) => boolean,
): Tensor {
  const count = a.shape[0]!;
  const table = (value: (row: number, column: number) => number) =>
    constantLike(
      Float64Array.from({ length: count * count }, (_, i) => value(Math.floor(i / count), i % count)),
      [count, count],
      a.elementType,
    );
  const compared = divide(matMul(a, transpose(b, [1, 0])), temperature); // [B, B]
  const similarities = leavesOut
    ? add(
        compared,
        table((row, column) => (leavesOut(row, column) ? -1e9 : 0)),
      )
    : compared;
  const hidden = multiply(subtract(1, reshape(mask, [1, count])), -1e9); // added to columns
  const identity = table((row, column) => Number(row === column));
  const participants = atLeastOne(sum(mask));
  const oneWay = (scores: Tensor) => {
    const ofOwnPartner = sum(multiply(logSoftmax(add(scores, hidden)), identity), [1]); // [B]
    return divide(negate(sum(multiply(mask, ofOwnPartner))), participants);
  };
  return multiply(add(oneWay(similarities), oneWay(transpose(similarities, [1, 0]))), 0.5);
}

/** A count that is safe to divide by. */
function atLeastOne(count: Tensor): Tensor {
  return where(greater(count, 1), count, filled(1, [], count.elementType));
}
