// An exponential moving average of the weights, which predicts better than where the last step happened to lead.
import type { Parameters } from './optimiser.ts';

/** average = decay average + (1 - decay) parameters, in place. */
export function updateAverage(average: Parameters, parameters: Parameters, decay: number): void {
  for (const [name, values] of average) {
    const latest = parameters.get(name)!;
    for (let i = 0; i < values.length; i++) values[i] = decay * values[i]! + (1 - decay) * latest[i]!;
  }
}

/** The decay at a step counted from 1: less at first, so that the average soon forgets where training began. */
export function decayAt(step: number, decay: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

export function copyOf(parameters: Parameters): Map<string, Float32Array> {
  return new Map([...parameters].map(([name, values]) => [name, values.slice()]));
}
