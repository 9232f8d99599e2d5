// The other way to compare picture and sound, for hundreds of clips in which different things sound: directions of random
// convolutional features along which both sides are alike, found in closed form.
// Shapes: B clips, T moments, C channels of a side, H random features, K directions.
import {
  add,
  concat,
  divide,
  linear,
  matMul,
  multiply,
  relu,
  reshape,
  sqrt,
  subtract,
  sum,
  transpose,
} from '../../../graph/functions.ts';
import type { Tensor } from '../../../graph/tensor.ts';
import type { ParameterSpecification } from '../../../model/parameters.ts';
import { withNeighbours } from '../../../model/time-convolution.ts';
import { type Weights, within } from '../../../model/vit.ts';
import { largestLag } from './agreement.ts';
import { atLeastOne, lagSums } from './agreement-graph.ts';
import { ranks } from './features.ts';
import { bands } from './reading.ts';

export const sides = ['picture', 'sound'] as const;
export type Side = (typeof sides)[number];

/** Moments that a feature sees: half a second. */
export const canonicalTaps = 13;
/** K. */
export const directionCount = 32;

/** Channels of each side: the largest changes of the picture wherever they are, and the bands of the sound. */
export const sideChannels: Readonly<Record<Side, number>> = { picture: ranks.length, sound: bands };

/** Values of a moment of a side: itself with its neighbours, and H features of these. */
export function valuesOfSide(side: Side, features: number): number {
  return canonicalTaps * sideChannels[side] + features;
}

/** @param settings.canonical H. */
export function canonicalParameters({
  folds,
  canonical,
}: {
  readonly folds: number;
  readonly canonical: number;
}): [string, ParameterSpecification][] {
  const zeros = (...shape: number[]): ParameterSpecification => ({
    shape,
    initialisation: { kind: 'value', value: 0 },
  });
  return [
    ...sides.flatMap((side): [string, ParameterSpecification][] => [
      [`features.${side}.weight`, zeros(canonical, canonicalTaps * sideChannels[side])],
      [`features.${side}.bias`, zeros(canonical)],
    ]),
    ...Array.from({ length: folds }, (_, fold): [string, ParameterSpecification][] => [
      ...sides.map((side): [string, ParameterSpecification] => [
        `folds.${fold}.${side}.weight`,
        zeros(directionCount, valuesOfSide(side, canonical)),
      ]),
      [`folds.${fold}.shares`, zeros(directionCount)],
    ]).flat(),
  ];
}

/**
 * Both sides along a fold's directions, [B, T, K].
 * @param series `strongest` [B, T, 7] and `sound` [B, T, 8].
 */
export function alongDirections(
  series: Readonly<Record<Side, Tensor>>,
  fold: number,
  trained: Weights,
): Readonly<Record<Side, Tensor>> {
  const along = (side: Side) => {
    const random = within(trained, `features.${side}`);
    const near = withNeighbours(series[side], canonicalTaps);
    const values = concat([near, relu(linear(near, random('weight'), random('bias')))], 2);
    return matMul(values, transpose(trained(`folds.${fold}.${side}.weight`), [1, 0]));
  };
  return { picture: along('picture'), sound: along('sound') };
}

/**
 * The mean of the directions' correlations by their shares, at every lag, positive where the sound is late: [B, 41].
 * @param present [B, T], 1 for moments that count, else 0.
 * @param shares [K].
 */
export function canonicalCurves(
  { picture, sound }: Readonly<Record<Side, Tensor>>,
  present: Tensor,
  shares: Tensor,
): readonly [soundAfter: Tensor, pictureAfter: Tensor] {
  const mask = reshape(present, [...present.shape, 1]);
  const count = atLeastOne(sum(mask, [1], true));
  const averageOf = (x: Tensor) => divide(sum(multiply(x, mask), [1], true), count);
  const standard = (x: Tensor) => {
    const centred = multiply(subtract(x, averageOf(x)), mask);
    return divide(centred, sqrt(add(averageOf(multiply(centred, centred)), 1e-6)));
  };
  const [shown, heard] = [multiply(standard(picture), shares), standard(sound)];
  const overlaps = atLeastOne(lagSums(mask, mask, largestLag));
  const curve = (from: Tensor, to: Tensor) => divide(lagSums(from, to, largestLag), overlaps);
  return [curve(shown, heard), curve(heard, shown)];
}
