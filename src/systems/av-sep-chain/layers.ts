// The layers that both forms of the separator are made of. Tensors have their channels last: [B, ..., N].
import {
  add,
  divide,
  linear,
  mean,
  multiply,
  negate,
  relu,
  reshape,
  slice,
  sqrt,
  subtract,
} from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { linearParameters, normParameters, type ParameterSpecification } from '../../model/parameters.ts';
import type { Weights } from '../../model/vit.ts';
import { padded } from './overlapping-windows.ts';

export type Parameters = readonly (readonly [string, ParameterSpecification])[];

/** A linear layer with its bias, if it has one. */
export function projection(x: Tensor, weights: Weights, options: { readonly bias: boolean } = { bias: true }): Tensor {
  return linear(x, weights('weight'), options.bias ? weights('bias') : undefined);
}

/** The matrix of a linear layer without bias. */
export function matrixParameters(name: string, outputs: number, inputs: number): Parameters {
  return linearParameters(name, outputs, inputs).slice(0, 1);
}

/**
 * Global layer normalisation (Luo and Mesgarani 2019, Conv-TasNet, section 2.3): one mean and one biased variance per
 * clip over all axes but the batch's, then scale and shift per channel.
 */
export function globalNorm(x: Tensor, weights: Weights, epsilon: number): Tensor {
  const axes = x.shape.map((_, axis) => axis).slice(1);
  const centred = subtract(x, mean(x, axes, true));
  const variance = mean(multiply(centred, centred), axes, true);
  return add(multiply(divide(centred, sqrt(add(variance, epsilon))), weights('weight')), weights('bias'));
}

/** Its parameters are those of a layer normalisation over the channels. */
export const globalNormParameters = normParameters;

/** x where it is positive, `slope` [] times x elsewhere (He et al. 2015). */
export function parametricRelu(x: Tensor, slope: Tensor): Tensor {
  return subtract(relu(x), multiply(slope, relu(negate(x))));
}

export function parametricReluParameters(name: string): Parameters {
  return [[`${name}.slope`, { shape: [], initialisation: { kind: 'value', value: 0.25 } }]];
}

/**
 * A convolution of three taps along axis 1 of [B, T, N], each channel by itself, zeros beyond both ends.
 * @param taps [N, 3].
 * @param dilation how far apart the taps are.
 */
export function depthwiseConvolution(x: Tensor, taps: Tensor, dilation = 1): Tensor {
  const [, length, channels] = x.shape as [number, number, number];
  const wide = padded(x, 1, dilation, dilation);
  return [0, 1, 2]
    .map((tap) =>
      multiply(
        slice(wide, 1, tap * dilation, tap * dilation + length),
        reshape(slice(taps, 1, tap, tap + 1), [channels]),
      ),
    )
    .reduce(add);
}

export function depthwiseParameters(name: string, channels: number): Parameters {
  return [[name, { shape: [channels, 3], initialisation: { kind: 'linear', fanIn: 3 } }]];
}
