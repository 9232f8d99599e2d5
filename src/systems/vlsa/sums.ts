// Sums and means of losses.
import { add, divide, greater, multiply, sum, where } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';

/** Of tensors of one shape. */
export function total(tensors: readonly Tensor[]): Tensor {
  return tensors.reduce((a, b) => add(a, b));
}

/** Mean of values [B] over the clips that count, [B]; 0 where none does. */
export function average(values: Tensor, counted: Tensor): Tensor {
  const clips = sum(counted);
  return divide(sum(multiply(values, counted)), where(greater(clips, 1), clips, 1));
}
