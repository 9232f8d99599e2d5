// Adam (Kingma and Ba 2015, algorithm 1) and AdamW (Loshchilov and Hutter 2019, algorithm 2), in place on arrays.
import type { TrainingConfig } from '../systems/ma-avt/recipes.ts';

export type OptimiserSettings = {
  readonly kind: 'adam' | 'adamw';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Adam adds it to the gradient, AdamW shrinks the parameter by learning rate times it. */
  readonly weightDecay: number;
};

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
}: Pick<TrainingConfig, 'optimizer' | 'weightDecay'>): OptimiserSettings {
  return { ...defaultOptimiser, kind: optimizer, weightDecay };
}

export type Parameters = ReadonlyMap<string, Float32Array>;

export type OptimiserState = {
  /** Steps taken so far. */
  step: number;
  readonly first: Parameters;
  readonly second: Parameters;
};

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
  { kind, beta1, beta2, weightDecay }: OptimiserSettings,
): StepFactors {
  return {
    rate: learningRate / (1 - beta1 ** step),
    correction: Math.sqrt(1 - beta2 ** step),
    shrink: kind === 'adamw' ? 1 - learningRate * weightDecay : 1,
  };
}

/** Takes one step: changes `parameters` and `state`. Arithmetic is in double precision, storage in single. */
export function optimiserStep(
  parameters: Parameters,
  gradients: Parameters,
  state: OptimiserState,
  learningRate: number,
  settings: OptimiserSettings,
): void {
  const { beta1, beta2, epsilon, weightDecay } = settings;
  state.step++;
  const { rate, correction, shrink } = stepFactors(state.step, learningRate, settings);
  const penalty = settings.kind === 'adam' ? weightDecay : 0;
  for (const [name, values] of parameters) {
    const gradient = gradients.get(name)!;
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
