// Where training starts: every trainable parameter drawn from the seed and its own name.
import { elementCount } from '../graph/tensor.ts';
import { createRandom } from '../random/random.ts';
import { type MaAvtConfig, trainableParameters } from './config.ts';

/**
 * First values of all trainable parameters.
 * @param cls the backbone's class token, [C] values.
 */
export function initialParameters(config: MaAvtConfig, cls: Float32Array, seed: number): Map<string, Float32Array> {
  const parameters = new Map<string, Float32Array>();
  for (const [name, { shape, initialisation }] of trainableParameters(config)) {
    const random = createRandom(seed, 'parameter', name);
    const draw = (next: () => number) => Float32Array.from({ length: elementCount(shape) }, next);
    if (initialisation.kind === 'cls') parameters.set(name, Float32Array.from(cls));
    else if (initialisation.kind === 'value')
      parameters.set(
        name,
        draw(() => initialisation.value),
      );
    else if (initialisation.kind === 'normal')
      parameters.set(
        name,
        draw(() => random.normal() * initialisation.deviation),
      );
    else {
      const bound = initialisation.fanIn ** -0.5;
      parameters.set(
        name,
        draw(() => (2 * random.uniform() - 1) * bound),
      );
    }
  }
  return parameters;
}
