// UniAV's losses: sigmoid focal loss (Lin et al. 2017) over all points and classes, and distance-IoU loss (Zheng et al.
// 2020) of the segments at points that answer for events. Both are divided by a running count of such points.
// Shapes: B clips, P points of all levels, K classes.
import {
  add,
  cast,
  divide,
  greater,
  maximum,
  minimum,
  multiply,
  reshape,
  sigmoid,
  softplus,
  split,
  subtract,
  sum,
} from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { TaskConfig } from './config.ts';

export type PointOutputs = {
  /** [B, P, K] */
  readonly logits: Tensor;
  /** [B, P, 2], or [B, P, K, 2] if class-aware. */
  readonly offsets: Tensor;
};

export type PointTruth = {
  /** [B, P, K] */
  readonly classes: Tensor;
  /** As the outputs'. */
  readonly offsets: Tensor;
  /** [B, P], 1 where the clip has the point. */
  readonly valid: Tensor;
  /** The running count before this batch, []; without it the batch is divided by its own count. */
  readonly normaliser?: Tensor | undefined;
};

export type PointLosses = {
  readonly classification: Tensor;
  readonly regression: Tensor;
  readonly total: Tensor;
  /** The count that these were divided by, []. */
  readonly normaliser: Tensor;
};

const alpha = 0.25;
const momentum = 0.9;

export function pointLosses(outputs: PointOutputs, truth: PointTruth, task: TaskConfig): PointLosses {
  const valid = reshape(truth.valid, [...truth.valid.shape, 1]);
  const events = sum(truth.classes, [2]);
  const positive = multiply(indicator(events), truth.valid); // [B, P]
  const count = maximum(sum(positive), 1);
  const normaliser = truth.normaliser
    ? add(multiply(truth.normaliser, momentum), multiply(count, 1 - momentum))
    : count;
  const answers = task.classAware
    ? multiply(indicator(sum(truth.offsets, [-1])), valid) // [B, P, K]
    : positive;
  const classification = divide(
    sum(multiply(focalLoss(outputs.logits, smoothed(truth.classes, task)), valid)),
    normaliser,
  );
  const regression = divide(sum(multiply(distanceIouLoss(outputs.offsets, truth.offsets), answers)), normaliser);
  const total = add(classification, multiply(regression, task.regressionWeight));
  return { classification, regression, total, normaliser };
}

function smoothed(classes: Tensor, { labelSmoothing, classes: count }: TaskConfig): Tensor {
  return labelSmoothing === 0 ? classes : add(multiply(classes, 1 - labelSmoothing), labelSmoothing / (count + 1));
}

/** The focal loss of each element, with an exponent of 2. @param targets as the logits, 0 to 1. */
function focalLoss(logits: Tensor, targets: Tensor): Tensor {
  const probability = sigmoid(logits);
  const agreement = add(multiply(probability, targets), multiply(subtract(1, probability), subtract(1, targets)));
  const missed = subtract(1, agreement);
  const weight = add(1 - alpha, multiply(targets, 2 * alpha - 1));
  const crossEntropy = subtract(softplus(logits), multiply(logits, targets));
  return multiply(multiply(weight, crossEntropy), multiply(missed, missed));
}

/** The distance-IoU loss of segments about one point. @param offsets, truth [..., 2], distances to start and end. */
function distanceIouLoss(offsets: Tensor, truth: Tensor): Tensor {
  const last = offsets.shape.length - 1;
  const ends = (x: Tensor) =>
    split(x, last, [1, 1]).map((end) => reshape(end, x.shape.slice(0, -1))) as [Tensor, Tensor];
  const [left, right] = ends(offsets);
  const [trueLeft, trueRight] = ends(truth);
  const intersection = add(minimum(left, trueLeft), minimum(right, trueRight));
  const lengths = add(add(left, right), add(trueLeft, trueRight));
  const union = subtract(lengths, intersection);
  const hull = add(maximum(left, trueLeft), maximum(right, trueRight));
  const centres = multiply(subtract(subtract(right, left), subtract(trueRight, trueLeft)), 0.5);
  const distance = divide(centres, maximum(hull, 1e-8));
  return add(subtract(1, divide(intersection, maximum(union, 1e-8))), multiply(distance, distance));
}

/** 1 where a count is above zero, else 0. */
function indicator(x: Tensor): Tensor {
  return cast(greater(x, 0), x.elementType);
}
