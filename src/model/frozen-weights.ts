// A backbone's weights as constants of a graph, each made once however often it is used.
import { constant, elementCount, type Shape, type StoredAt, storedConstant, type Tensor } from '../graph/tensor.ts';
import type { Weights } from './vit.ts';

export type WeightData = {
  readonly shape: Shape;
  readonly data: Float32Array;
  readonly location?: StoredAt;
  readonly parts?: readonly WeightData[];
};

/**
 * Constants over the given arrays, which are shared and not copied, or over what stays in a file. `query`, `key` and
 * `value` are views of the fused `qkv`.
 * @throws when a weight is asked for that does not exist.
 */
export function frozenWeights(weights: ReadonlyMap<string, WeightData>): Weights {
  const made = new Map<string, Tensor>();
  return (name) => {
    const known = made.get(name);
    if (known) return known;
    const weight = weights.get(name) ?? partOfQkv(weights, name);
    const tensor = weight.location
      ? storedConstant(weight, weight.location, name)
      : constant(weight.data, weight.shape, name);
    made.set(name, tensor);
    return tensor;
  };
}

function partOfQkv(weights: ReadonlyMap<string, WeightData>, name: string): WeightData {
  const part = ['.query.', '.key.', '.value.'].findIndex((part) => name.includes(part));
  const whole = part < 0 ? undefined : weights.get(name.replace(/\.(query|key|value)\./, '.qkv.'));
  if (!whole) throw new Error(`the backbone has no weight ${name}`);
  if (whole.parts) return whole.parts[part]!;
  const shape = whole.shape.with(0, whole.shape[0]! / 3);
  const length = elementCount(shape);
  const cut = () => whole.data.subarray(part * length, (part + 1) * length);
  if (!whole.location) return { shape, data: cut() };
  const { offset } = whole.location;
  return {
    shape,
    location: { ...whole.location, offset: offset + part * length * Float32Array.BYTES_PER_ELEMENT },
    get data() {
      return cut();
    },
  };
}
