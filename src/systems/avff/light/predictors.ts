// What each side predicts of the other: V2A says the sound from the picture's motion, A2V the motion from the sound.
// Shapes: B clips, T moments, C channels of a side.
import { add, gelu, multiply, sum } from '../../../graph/functions.ts';
import type { Tensor } from '../../../graph/tensor.ts';
import type { ParameterSpecification } from '../../../model/parameters.ts';
import { timeConvolution, timeConvolutionParameters } from '../../../model/time-convolution.ts';
import { type Weights, within } from '../../../model/vit.ts';
import { cells } from './features.ts';
import { bands } from './reading.ts';

export const directions = ['v2a', 'a2v'] as const;
export type Direction = (typeof directions)[number];

/** Channels that each direction reads and gives. */
export const channels: Readonly<Record<Direction, { readonly from: number; readonly to: number }>> = {
  v2a: { from: cells, to: bands },
  a2v: { from: bands, to: cells },
};

/** Moments that a prediction sees: its own and three on either side. */
export const taps = 7;

/**
 * `folds` pairs of predictors, each of which learns from all persons but those of its fold, so that for everybody there
 * is one that has not seen them. `hidden` channels between two convolutions, or 0 for a single one.
 */
export type PredictorSettings = { readonly folds: number; readonly hidden: number };

export function predictorParameters({ folds, hidden }: PredictorSettings): [string, ParameterSpecification][] {
  return Array.from({ length: folds }, (_, fold) =>
    directions.flatMap((direction) => {
      const { from, to } = channels[direction];
      const name = `folds.${fold}.${direction}`;
      if (hidden === 0) return timeConvolutionParameters(`${name}.conv`, to, from, taps);
      return [
        ...timeConvolutionParameters(`${name}.conv1`, hidden, from, taps),
        ...timeConvolutionParameters(`${name}.conv2`, to, hidden, taps),
      ];
    }),
  ).flat();
}

/** Series [B, T, C] of one side to what a fold's predictor says of the other, [B, T, C of the other]. */
export function predict(
  direction: Direction,
  fold: number,
  series: Tensor,
  trained: Weights,
  { hidden }: PredictorSettings,
): Tensor {
  const weights = within(trained, `folds.${fold}.${direction}`);
  if (hidden === 0) return timeConvolution(series, within(weights, 'conv'), taps);
  return timeConvolution(gelu(timeConvolution(series, within(weights, 'conv1'), taps)), within(weights, 'conv2'), taps);
}

/**
 * The sum of squares of the weights, biases left out, of all folds, each direction's over the channels that it gives:
 * what stands beside a mean over those channels in a ridge regression.
 */
export function squaredWeights(trained: Weights, settings: PredictorSettings): Tensor {
  return predictorParameters(settings)
    .map(([name]) => name)
    .filter((name) => name.endsWith('.weight'))
    .map((name) => {
      const { to } = channels[name.includes('.v2a.') ? 'v2a' : 'a2v'];
      return multiply(sum(multiply(trained(name), trained(name))), 1 / to);
    })
    .reduce((total, part) => add(total, part));
}
