// Where training starts: every trainable parameter drawn from the seed and its own name.
import { elementCount } from '../../graph/tensor.ts';
import type { WeightData } from '../../model/frozen-weights.ts';
import { createRandom } from '../../random/random.ts';
import { positionRows } from './positions.ts';
import { type MaAvtConfig, trainableParameters } from './settings.ts';

/**
 * First values of all trainable parameters.
 * @param backbone its weights by timm's names, which some parameters start from.
 */
export function initialParameters(
  config: MaAvtConfig,
  backbone: ReadonlyMap<string, Pick<WeightData, 'data'>>,
  seed: number,
): Map<string, Float32Array> {
  const parameters = new Map<string, Float32Array>();
  for (const [name, { shape, initialisation }] of trainableParameters(config)) {
    const random = createRandom(seed, 'parameter', name);
    const draw = (next: () => number) => Float32Array.from({ length: elementCount(shape) }, next);
    const ofBackbone = (weight: string) => Float32Array.from(backbone.get(weight)!.data);
    if (initialisation.kind === 'backbone') parameters.set(name, ofBackbone(initialisation.weight));
    else if (initialisation.kind === 'positions') parameters.set(name, positionRows(ofBackbone('pos_embed'), config));
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
