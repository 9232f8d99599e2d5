// The second half of OGM-GE (Peng et al. 2022, section 3.3): noise as strong as that of the gradient before it was
// modulated.
import { createRandom } from '../random.ts';
import type { Parameters } from './optimiser.ts';

/**
 * Adds normal noise to gradients, in place.
 * @param deviations of the noise, by parameter; others stay as they are.
 * @param keys name the draw.
 */
export function addGradientNoise(
  gradients: Parameters,
  deviations: ReadonlyMap<string, number>,
  ...keys: readonly (number | string)[]
): void {
  for (const [name, deviation] of deviations) {
    const { normal } = createRandom('gradient noise', name, ...keys);
    const values = gradients.get(name)!;
    for (let i = 0; i < values.length; i++) values[i]! += normal() * deviation;
  }
}
