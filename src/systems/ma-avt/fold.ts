// From trained parameters to an adapter: what does not depend on a clip is computed once, what only training needs is
// dropped.
import { interpret } from '../../graph/interpret.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { type ParameterValues, parameterInputs, weightsFrom } from '../../model/parameters.ts';
import { tokenSet } from './encoder.ts';
import { trainableParameters } from './parameters.ts';
import { foldedConfig, type MaAvtConfig, tokenKinds } from './settings.ts';

/** The adapter's tensors: token sets as their light self-attentions leave them, CLS, BG and the heads. */
export function foldParameters(parameters: ParameterValues, config: MaAvtConfig): Map<string, Float32Array> {
  const tensors = parameterInputs(trainableParameters(config));
  const feeds = new Map<Tensor, Float32Array>([...tensors].map(([name, tensor]) => [tensor, parameters.get(name)!]));
  const folded = new Map(
    [...trainableParameters(foldedConfig(config)).keys()].map((name) => [name, parameters.get(name)!]),
  );
  for (const kind of tokenKinds) {
    if (config.tokens[kind] === 0) continue;
    const [values] = interpret([tokenSet(kind, weightsFrom(tensors), config)], feeds);
    folded.set(`${kind}_tokens`, Float32Array.from(values!));
  }
  return folded;
}
