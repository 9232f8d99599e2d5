// A convolution over time as one product: each moment beside its neighbours, then a linear layer.
import { concat, linear, slice } from '../graph/functions.ts';
import { filled, type Tensor } from '../graph/tensor.ts';
import { linearParameters, type ParameterSpecification } from './parameters.ts';
import type { Weights } from './vit.ts';

/** Moments [B, T, C] with their neighbours on both sides, zeros beyond the ends: [B, T, taps C], earliest first. */
export function withNeighbours(x: Tensor, taps: number): Tensor {
  const [clips, moments, channels] = x.shape as [number, number, number];
  const reach = (taps - 1) / 2;
  const edge = filled(0, [clips, reach, channels], x.elementType);
  const padded = reach > 0 ? concat([edge, x, edge], 1) : x;
  return concat(
    Array.from({ length: taps }, (_, tap) => slice(padded, 1, tap, tap + moments)),
    2,
  );
}

/** [B, T, C] to [B, T, outputs], as long as the input. @param taps odd. */
export function timeConvolution(x: Tensor, weights: Weights, taps: number): Tensor {
  return linear(withNeighbours(x, taps), weights('weight'), weights('bias'));
}

export function timeConvolutionParameters(
  name: string,
  outputs: number,
  inputs: number,
  taps: number,
): [string, ParameterSpecification][] {
  return linearParameters(name, outputs, taps * inputs);
}
