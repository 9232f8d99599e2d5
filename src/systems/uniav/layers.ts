// Convolutions over time and what UniAV's blocks and heads are made of, with channels last.
// Shapes: B clips, T steps, C channels.
import {
  add,
  concat,
  layerNormalization,
  linear,
  maximum,
  multiply,
  relu,
  reshape,
  slice,
  split,
  transpose,
} from '../../graph/functions.ts';
import { filled, type Tensor } from '../../graph/tensor.ts';
import { type Weights, within } from '../../model/vit.ts';
import { kernelWidth } from './parameters.ts';

export type Stride = 1 | 2;

/** Every `stride`-th entry of a mask [B, T]. */
export function everyNth(mask: Tensor, stride: Stride): Tensor {
  const [clips, steps] = mask.shape as [number, number];
  return stride === 1 ? mask : reshape(slice(reshape(mask, [clips, steps / 2, 2]), 2, 0, 1), [clips, steps / 2]);
}

/** x [B, T, C] with the steps that a mask [B, T] marks with 0 set to zero. */
export function masked(x: Tensor, mask: Tensor): Tensor {
  return multiply(x, reshape(mask, [...mask.shape, 1]));
}

/** Layer normalisation over the channels. */
export function norm(x: Tensor, weights: Weights): Tensor {
  return layerNormalization(x, weights('weight'), weights('bias'), 1e-5);
}

/** A layer on each step by itself. */
export function dense(x: Tensor, weights: Weights): Tensor {
  return linear(x, weights('weight'), weights('bias'));
}

/** A convolution with zeros beyond the ends, by weights [outputs, C, 3]: one product over each step's neighbourhood. */
export function convolution(x: Tensor, weight: Tensor, mask: Tensor, bias?: Tensor): Tensor {
  const [outputs, inputs] = weight.shape as [number, number];
  const rows = concat(neighbours(x, 1), 2);
  const matrix = reshape(transpose(weight, [0, 2, 1]), [outputs, kernelWidth * inputs]);
  return masked(linear(rows, matrix, bias), mask);
}

/** A convolution of each channel by itself, with zeros beyond the ends, by weights [C, 3]. */
export function depthwise(x: Tensor, weight: Tensor, stride: Stride): Tensor {
  const channels = weight.shape[0]!;
  const taps = split(transpose(weight, [1, 0]), 0, Array<number>(kernelWidth).fill(1));
  return neighbours(x, stride)
    .map((rows, tap) => multiply(rows, reshape(taps[tap]!, [channels])))
    .reduce(add);
}

/** The greatest of steps 2t - 1, 2t and 2t + 1, for each channel; there is none before the first. */
export function halved(x: Tensor): Tensor {
  const [even, odd] = evenAndOdd(x);
  return [shiftedBack(odd, slice(even, 1, 0, 1)), odd].reduce(maximum, even);
}

/** Twice a convolution, normalisation and ReLU. */
export function convolutionStack(x: Tensor, mask: Tensor, weights: Weights, parts: StackParts): Tensor {
  return [0, 1].reduce((rows, layer) => {
    const mixed = convolution(rows, weights(`${parts.convolutions}.${layer}.conv.weight`), mask);
    return relu(norm(mixed, within(weights, `${parts.norms}.${layer}`)));
  }, x);
}

/** What the release calls a stack's convolutions and norms. */
export type StackParts = { readonly convolutions: string; readonly norms: string };

/** For each step of the result the steps before, at and after it in x, each [B, T / stride, C]. */
function neighbours(x: Tensor, stride: Stride): [Tensor, Tensor, Tensor] {
  const [clips, steps, channels] = x.shape as [number, number, number];
  const beyond = filled(0, [clips, 1, channels], x.elementType);
  if (stride === 2) {
    const [even, odd] = evenAndOdd(x);
    return [shiftedBack(odd, beyond), even, odd];
  }
  const after = steps === 1 ? beyond : concat([slice(x, 1, 1, steps), beyond], 1);
  return [shiftedBack(x, beyond), x, after];
}

function shiftedBack(x: Tensor, first: Tensor): Tensor {
  const steps = x.shape[1]!;
  return steps === 1 ? first : concat([first, slice(x, 1, 0, steps - 1)], 1);
}

function evenAndOdd(x: Tensor): [Tensor, Tensor] {
  const [clips, steps, channels] = x.shape as [number, number, number];
  const pairs = split(reshape(x, [clips, steps / 2, 2, channels]), 2, [1, 1]);
  return pairs.map((part) => reshape(part, [clips, steps / 2, channels])) as [Tensor, Tensor];
}
