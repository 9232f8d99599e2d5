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
  readonly told: Readonly<Record<string, Tensor>>;
};

/**
 * Adam and AdamW, in float32. Inputs are the vectors `parameters`, `first` and `second`, `gradient.NAME` for each
 * parameter, and the scalars of `stepFactors`, by their names.
 * @param clipNorm the longest that all gradients together may be; 0 for any length.
 */
export function adamGraph(
  shapes: ReadonlyMap<string, Shape>,
  settings: OptimiserSettings,
  clipNorm: number,
): AdamGraph {
  const { kind, beta1, beta2, epsilon, weightDecay } = settings;
  const lengths = [...shapes.values()].map(elementCount);
  const length = lengths.reduce((total, part) => total + part, 0);
  const [parameters, first, second] = ['parameters', 'first', 'second'].map((name) => input(name, [length])) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const factor = (name: keyof StepFactors) => input(name, []);
  const parts = [...shapes].map(([name, shape]) => reshape(input(`gradient.${name}`, shape), [elementCount(shape)]));
  const squares = concat(
    parts.map((part) => sum(multiply(part, part), [0], true)),
    0,
  );
  const whole = concat(parts, 0);
  const gradient = clipNorm > 0 ? multiply(whole, clipFactor(sqrt(sum(squares)), clipNorm)) : whole;
  const slope = kind === 'adam' && weightDecay > 0 ? add(gradient, multiply(parameters, weightDecay)) : gradient;
  const m = add(multiply(first, beta1), multiply(slope, 1 - beta1));
  const v = add(multiply(second, beta2), multiply(multiply(slope, slope), 1 - beta2));
  const update = divide(multiply(m, factor('rate')), add(divide(sqrt(v), factor('correction')), epsilon));
  const next = subtract(multiply(parameters, factor('shrink')), update);
  const ofNames = split(next, 0, lengths);
  const named = [...shapes].map(
    ([name, shape], index) => [`parameter.${name}`, reshape(ofNames[index]!, shape)] as const,
  );
  return {
    kept: { 'next.parameters': next, 'next.first': m, 'next.second': v, ...Object.fromEntries(named) },
    told: { squares },
  };
}

function clipFactor(norm: Tensor, limit: number): Tensor {
  return where(greater(norm, limit), divide(limit, norm), 1);
}
