// An exponential moving average of the weights, which predicts better than where the last step happened to lead.
import type { Parameters } from '../../train/optimiser.ts';

/** average = decay average + (1 - decay) parameters, in place. */
export function updateAverage(average: Parameters, parameters: Parameters, decay: number): void {
  for (const [name, values] of average) {
    const latest = parameters.get(name)!;
    for (let i = 0; i < values.length; i++) values[i] = decay * values[i]! + (1 - decay) * latest[i]!;
  }
}
