// The step of optimiser.ts as a graph, for parameters that stay on a device: all of them as one vector, so that few
// large operators do it.
import {
  add,
  concat,
  divide,
  greater,
  multiply,
  reshape,
  split,
  sqrt,
  subtract,
  sum,
  where,
} from '../graph/functions.ts';
import { elementCount, input, type Shape, type Tensor } from '../graph/tensor.ts';
import type { OptimiserSettings, StepFactors } from './optimiser.ts';

export type AdamGraph = {
  /**
   * `next.parameters`, `next.first` and `next.second` [N], and `parameter.NAME` for each: what the next step is fed.
   */
  readonly kept: Readonly<Record<string, Tensor>>;
  /** `squares` [number of parameters]: of each gradient the sum of its squares, before it is shortened. */
  readonly reported: Readonly<Record<string, Tensor>>;
};

/** Parameters that are stepped alike. */
export type SteppedAlike = { readonly settings: OptimiserSettings; readonly shapes: ReadonlyMap<string, Shape> };

/**
 * Adam and AdamW, in float32. Inputs are the vectors `parameters`, `first` and `second`, of all groups' parameters one
 * after another, `gradient.NAME` for each parameter, and for each group the scalars of `stepFactors`, as `rate.0`.
 * @param clipNorm the longest that all gradients together may be; 0 for any length.
 */
export function adamGraph(groups: readonly SteppedAlike[], clipNorm: number): AdamGraph {
  const shapes = new Map(groups.flatMap(({ shapes }) => [...shapes]));
  const lengths = [...shapes.values()].map(elementCount);
  const length = lengths.reduce((total, part) => total + part, 0);
  const [parameters, first, second] = ['parameters', 'first', 'second'].map((name) => input(name, [length])) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const parts = [...shapes].map(([name, shape]) => reshape(input(`gradient.${name}`, shape), [elementCount(shape)]));
  const squares = concat(
    parts.map((part) => sum(multiply(part, part), [0], true)),
    0,
  );
  const whole = concat(parts, 0);
  const gradient = clipNorm > 0 ? multiply(whole, clipFactor(sqrt(sum(squares)), clipNorm)) : whole;
  const lengthsOfGroups = groups.map(({ shapes }) =>
    [...shapes.values()].reduce((sum, of) => sum + elementCount(of), 0),
  );
  const ofGroups = (vector: Tensor) => split(vector, 0, lengthsOfGroups);
  const [ofParameters, ofFirst, ofSecond, ofGradient] = [parameters, first, second, gradient].map(ofGroups) as [
    readonly Tensor[],
    readonly Tensor[],
    readonly Tensor[],
    readonly Tensor[],
  ];
  const stepped = groups.map(({ settings }, group) => {
    const numbers = { values: ofParameters[group]!, first: ofFirst[group]!, second: ofSecond[group]! };
    return step(numbers, ofGradient[group]!, settings, (name) => input(`${name}.${group}`, []));
  });
  const [next, m, v] = (['values', 'first', 'second'] as const).map((name) =>
    concat(
      stepped.map((numbers) => numbers[name]),
      0,
    ),
  ) as [Tensor, Tensor, Tensor];
  const ofNames = split(next, 0, lengths);
  const named = [...shapes].map(
    ([name, shape], index) => [`parameter.${name}`, reshape(ofNames[index]!, shape)] as const,
  );
  return {
    kept: { 'next.parameters': next, 'next.first': m, 'next.second': v, ...Object.fromEntries(named) },
    reported: { squares },
  };
}

type Numbers = { readonly values: Tensor; readonly first: Tensor; readonly second: Tensor };

function step(
  { values, first, second }: Numbers,
  gradient: Tensor,
  { kind, beta1, beta2, epsilon, weightDecay }: OptimiserSettings,
  factor: (name: keyof StepFactors) => Tensor,
): Numbers {
  const slope = kind === 'adam' && weightDecay > 0 ? add(gradient, multiply(values, weightDecay)) : gradient;
  const m = add(multiply(first, beta1), multiply(slope, 1 - beta1));
  const v = add(multiply(second, beta2), multiply(multiply(slope, slope), 1 - beta2));
  const update = divide(multiply(m, factor('rate')), add(divide(sqrt(v), factor('correction')), epsilon));
  return { values: subtract(multiply(values, factor('shrink')), update), first: m, second: v };
}

function clipFactor(norm: Tensor, limit: number): Tensor {
  return where(greater(norm, limit), divide(limit, norm), 1);
}
