// A loss of one's own, written with the graph API: the focal loss (Lin et al. 2017, equation 4). Its gradient comes
// from the same table as that of every other loss, and is compared here with differences of the loss itself.
import {
  differentiate,
  input,
  interpret,
  logSoftmax,
  multiply,
  negate,
  softmax,
  subtract,
  sum,
  type Tensor,
} from 'duet-av/graph';

/**
 * @param logits [B, K].
 * @param targets [B, K], one-hot.
 * @param focus gamma: how much less a clip counts that is already right; 0 or 2.
 */
export function focalLoss(logits: Tensor, targets: Tensor, focus: 0 | 2): Tensor {
  const wrong = subtract(1, softmax(logits));
  const weight = focus === 0 ? targets : multiply(targets, multiply(wrong, wrong));
  return negate(sum(multiply(weight, logSoftmax(logits))));
}

const logits = input('logits', [2, 3], 'float64');
const targets = input('targets', [2, 3], 'float64');
const loss = focalLoss(logits, targets, 2);
const [gradient] = differentiate(loss, [logits]);

const at = [0.3, -1.2, 0.8, 2.1, 0.1, -0.4];
const truth = [1, 0, 0, 0, 0, 1];
const lossAt = (values: readonly number[]) =>
  interpret(
    [loss],
    new Map([
      [logits, values],
      [targets, truth],
    ]),
  )[0]![0]!;
const [slopes] = interpret(
  [gradient!],
  new Map([
    [logits, at],
    [targets, truth],
  ]),
);
const step = 1e-5;
for (const [i, slope] of slopes!.entries()) {
  const moved = (by: number) => lossAt(at.map((value, j) => (i === j ? value + by : value)));
  console.log(
    `${slope.toFixed(6)} by the graph, ${((moved(step) - moved(-step)) / (2 * step)).toFixed(6)} by differences`,
  );
}
