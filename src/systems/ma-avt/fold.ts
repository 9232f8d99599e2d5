// From trained parameters to an adapter: what does not depend on a clip is computed once, what only training needs is
// dropped.
import { evaluate } from '../../graph/evaluate.ts';
import { input, type Tensor } from '../../graph/tensor.ts';
import { foldedConfig } from '../../infer/predictor.ts';
import { tokenSet } from './encoder.ts';
import { type MaAvtConfig, tokenKinds, trainableParameters } from './settings.ts';

/** The adapter's tensors: token sets as their light self-attention leaves them, CLS, BG and the heads. */
export function foldParameters(
  parameters: ReadonlyMap<string, Float32Array>,
  config: MaAvtConfig,
): Map<string, Float32Array> {
  const tensors = new Map([...trainableParameters(config)].map(([name, { shape }]) => [name, input(name, shape)]));
  const feeds = new Map<Tensor, Float32Array>([...tensors].map(([name, tensor]) => [tensor, parameters.get(name)!]));
  const trainable = (name: string) => tensors.get(name)!;
  const folded = new Map(
    [...trainableParameters(foldedConfig(config)).keys()].map((name) => [name, parameters.get(name)!]),
  );
  for (const kind of tokenKinds) {
    if (config.tokens[kind] === 0) continue;
    const [values] = evaluate([tokenSet(kind, trainable, config)], feeds);
    folded.set(`${kind}_tokens`, Float32Array.from(values!));
  }
  return folded;
}
