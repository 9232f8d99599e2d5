// Adam (Kingma and Ba 2015, algorithm 1) and AdamW (Loshchilov and Hutter 2019, algorithm 2), in place on arrays.
import type { Model } from '../model/model.ts';
import type { TrainingSettings } from './settings.ts';

/** Adam's or AdamW's constants. */
export type OptimiserSettings = {
  readonly kind: 'adam' | 'adamw';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Adam adds it to the gradient, AdamW shrinks the parameter by learning rate times it. */
  readonly weightDecay: number;
  /** Factor on the learning rate. Default: 1. */
  readonly rate?: number;
};

/** An optimiser of its own for each aim that has one, by what differs from the run's. */
export type OptimisersOfAims = Readonly<Record<string, Partial<OptimiserSettings>>>;

/** Adam with the constants of its paper. */
export const defaultOptimiser: OptimiserSettings = {
  kind: 'adam',
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
};

export function optimiserSettings({
  optimizer,
  weightDecay,
}: Pick<TrainingSettings, 'optimizer' | 'weightDecay'>): OptimiserSettings {
  return { ...defaultOptimiser, kind: optimizer, weightDecay };
}

/**
 * How each parameter of a model is stepped: by its aim's optimiser, with its own factors on rate and decay. Parameters
 * that are stepped alike have the same settings.
 */
export function optimiserOf(
  { parameters }: Pick<Model, 'parameters'>,
  run: OptimiserSettings,
  ofAims: OptimisersOfAims = {},
): (name: string) => OptimiserSettings {
  return (name) => {
    const { aim, rate = 1, decay = 1 } = parameters.get(name)!;
    const settings = { ...run, ...(aim !== undefined && ofAims[aim]) };
    return { ...settings, rate: rate * (settings.rate ?? 1), weightDecay: decay * settings.weightDecay };
  };
}

/** Values by parameter name; a step changes them in place. */
export type Parameters = ReadonlyMap<string, Float32Array>;

/** Adam's moments of each parameter. */
export type OptimiserState = {
  /** Steps taken so far. */
  step: number;
  readonly first: Parameters;
  readonly second: Parameters;
};

/** The state before the first step: moments of zero. */
export function createOptimiserState(parameters: Parameters): OptimiserState {
  const zeros = () => new Map([...parameters].map(([name, values]) => [name, new Float32Array(values.length)]));
  return { step: 0, first: zeros(), second: zeros() };
}

/** What of a step's arithmetic depends on how many there have been. */
export type StepFactors = {
  /** What the first moments are multiplied with. */
  readonly rate: number;
  /** What the roots of the second moments are divided by. */
  readonly correction: number;
  /** What the parameters are multiplied with. */
  readonly shrink: number;
};

/** @param step counted from 1. */
export function stepFactors(
  step: number,
  learningRate: number,
  { kind, beta1, beta2, weightDecay, rate = 1 }: OptimiserSettings,
): StepFactors {
  return {
    rate: (rate * learningRate) / (1 - beta1 ** step),
    correction: Math.sqrt(1 - beta2 ** step),
    shrink: kind === 'adamw' ? 1 - rate * learningRate * weightDecay : 1,
  };
}

/**
 * Takes one step of the parameters that have gradients: changes `parameters` and `state`. Arithmetic is in double
 * precision, storage in single.
 */
export function optimiserStep(
  parameters: Parameters,
  gradients: Parameters,
  state: OptimiserState,
  learningRate: number,
  settings: OptimiserSettings | ((name: string) => OptimiserSettings),
): void {
  state.step++;
  for (const [name, values] of parameters) {
    const gradient = gradients.get(name);
    if (!gradient) continue;
    const own = typeof settings === 'function' ? settings(name) : settings;
    const { kind, beta1, beta2, epsilon, weightDecay } = own;
    const { rate, correction, shrink } = stepFactors(state.step, learningRate, own);
    const penalty = kind === 'adam' ? weightDecay : 0;
    const first = state.first.get(name)!;
    const second = state.second.get(name)!;
    for (let i = 0; i < values.length; i++) {
      const slope = gradient[i]! + penalty * values[i]!;
      const m = beta1 * first[i]! + (1 - beta1) * slope;
      const v = beta2 * second[i]! + (1 - beta2) * slope * slope;
      first[i] = m;
      second[i] = v;
      values[i] = values[i]! * shrink - (rate * m) / (Math.sqrt(v) / correction + epsilon);
    }
  }
}

/** Length of all gradients together as one vector. */
export function gradientNorm(gradients: Parameters): number {
  let squares = 0;
  for (const values of gradients.values()) squares += sumOfSquares(values);
  return Math.sqrt(squares);
}

export function sumOfSquares(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return squares;
}

/** Scales all gradients so that their norm is at most `limit`. @returns the norm before. */
export function clipGradients(gradients: Parameters, limit: number): number {
  const norm = gradientNorm(gradients);
  if (norm > limit) {
    const scale = limit / norm;
    for (const values of gradients.values()) for (let i = 0; i < values.length; i++) values[i]! *= scale;
  }
  return norm;
}
