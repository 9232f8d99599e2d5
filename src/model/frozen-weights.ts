// A backbone's weights as constants of a graph, each made once however often it is used.
import { constant, type Shape, type Tensor } from '../graph/tensor.ts';
import type { Weights } from './vit.ts';

export type WeightData = { readonly shape: Shape; readonly data: Float32Array };

/**
 * Constants over the given arrays, which are shared and not copied. `query`, `key` and `value` are views of the fused `qkv`.
 * @throws when a weight is asked for that does not exist.
 */
export function frozenWeights(weights: ReadonlyMap<string, WeightData>): Weights {
  const made = new Map<string, Tensor>();
  return (name) => {
    const known = made.get(name);
    if (known) return known;
    const { data, shape } = weights.get(name) ?? partOfQkv(weights, name);
    const tensor = constant(data, shape, name);
    made.set(name, tensor);
    return tensor;
  };
}

function partOfQkv(weights: ReadonlyMap<string, WeightData>, name: string): WeightData {
  const part = ['.query.', '.key.', '.value.'].findIndex((part) => name.includes(part));
  const whole = part < 0 ? undefined : weights.get(name.replace(/\.(query|key|value)\./, '.qkv.'));
  if (!whole) throw new Error(`the backbone has no weight ${name}`);
  const length = whole.data.length / 3;
  return { shape: whole.shape.with(0, whole.shape[0]! / 3), data: whole.data.subarray(part * length, (part + 1) * length) };
}
