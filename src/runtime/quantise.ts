// Products with frozen weights in 8 bits: every column of a weight has a scale of its own, fixed beforehand, and every
// row of what it is multiplied with gets one when it is computed (Dettmers et al. 2022, arXiv 2208.07339, section 3.1),
// so that no clip changes another's numbers. Everything else stays in float32.
import { abs, add, matMulIntegerToFloat, max, multiply, quantizeLinear, reshape } from '../graph/functions.ts';
import { rewrite } from '../graph/rewrite.ts';
import { constant, elementCount, type Node, type Tensor } from '../graph/tensor.ts';

/** Smaller weights are not worth the rounding. */
const smallestWeight = 16_384;
/** What a row of activations is brought to, around the zero point in the middle of a byte. */
const largestActivation = 127;
const zeroPoint = 128;

/**
 * The same graph, with its large products with constant weights computed in 8 bits, on the way forward and on the way
 * back alike.
 * @param largestWeight 127, or less for CPUs that add up products of 8 bits in 16.
 */
export function quantised(outputs: Readonly<Record<string, Tensor>>, largestWeight = 127): Record<string, Tensor> {
  // A batch that passes the blocks in chunks multiplies with each weight several times.
  const weights = [new Map<Tensor, Quantised>(), new Map<Tensor, Quantised>()] as const;
  const activations = new Map<Tensor, Quantised>();
  return rewrite(outputs, (node, [x, , bias]) => {
    const weight = frozenWeight(node);
    if (!weight) return undefined;
    const isTransposed = node.attributes.transB === 1;
    const { values, scales } = kept(weights[isTransposed ? 1 : 0], weight, () =>
      quantisedWeight(weight, isTransposed, largestWeight),
    );
    const rows = kept(activations, x!, () => quantisedRows(x!));
    const product = matMulIntegerToFloat(rows.values, values, scales, constant(Uint8Array.of(zeroPoint), []));
    const scaled = multiply(product, reshape(rows.scales, [rows.scales.shape[0]!, 1]));
    return [bias ? add(scaled, bias) : scaled];
  });
}

function kept<Value>(known: Map<Tensor, Value>, tensor: Tensor, make: () => Value): Value {
  const value = known.get(tensor) ?? make();
  known.set(tensor, value);
  return value;
}

/** The right side of a product that can be quantised: constants with names are a backbone's. */
function frozenWeight({ operator, inputs, attributes }: Node): Tensor | undefined {
  const weight = inputs[1];
  if (operator !== 'Gemm' || attributes.transA === 1 || weight?.source.kind !== 'constant') return undefined;
  return weight.source.name !== undefined && elementCount(weight.shape) >= smallestWeight ? weight : undefined;
}

/** A matrix in 8 bits, with the scale of each of its rows or of each of its columns. */
type Quantised = { readonly values: Tensor; readonly scales: Tensor };

function quantisedRows(x: Tensor): Quantised {
  const rows = x.shape[0]!;
  // The least scale lets a row of zeros be zeros.
  const scales = add(multiply(max(abs(x), [1]), 1 / largestActivation), 1e-30);
  return { values: quantizeLinear(x, scales, constant(new Uint8Array(rows).fill(zeroPoint), [rows])), scales };
}

/** The weight as a right side [inner, columns] of int8, and the scale of each column. */
function quantisedWeight({ source, shape }: Tensor, isTransposed: boolean, largest: number): Quantised {
  if (source.kind !== 'constant') throw new Error('quantise: the weight is not a constant');
  const [inner, columns] = (isTransposed ? shape.toReversed() : shape) as [number, number];
  const data = source.data as Float32Array;
  const { values, scales } = isTransposed
    ? quantisedTranspose(data, inner, columns, largest)
    : quantisedColumns(data, inner, columns, largest);
  return { values: constant(values, [inner, columns]), scales: constant(scales, [columns]) };
}

type QuantisedData = { readonly values: Int8Array; readonly scales: Float32Array };

/** Of data [inner, columns]. */
function quantisedColumns(data: Float32Array, inner: number, columns: number, largest: number): QuantisedData {
  const sizes = new Float32Array(columns);
  for (let i = 0, at = 0; i < inner; i++)
    for (let column = 0; column < columns; column++, at++) {
      const size = Math.abs(data[at]!);
      if (size > sizes[column]!) sizes[column] = size;
    }
  const factors = sizes.map((size) => (size > 0 ? largest / size : 0));
  const values = new Int8Array(data.length);
  for (let i = 0, at = 0; i < inner; i++)
    for (let column = 0; column < columns; column++, at++) values[at] = rounded(data[at]! * factors[column]!);
  return { values, scales: sizes.map((size) => size / largest) };
}

/** Columns that are turned together: as many bytes as a line of the CPU's cache. */
const strip = 64;

/** Of data [columns, inner], as the checkpoint lays it out; the values become [inner, columns]. */
function quantisedTranspose(data: Float32Array, inner: number, columns: number, largest: number): QuantisedData {
  const scales = new Float32Array(columns);
  const factors = new Float32Array(columns);
  for (let column = 0, at = 0; column < columns; column++) {
    let size = 0;
    for (let i = 0; i < inner; i++, at++) size = Math.max(size, Math.abs(data[at]!));
    scales[column] = size / largest;
    factors[column] = size > 0 ? largest / size : 0;
  }
  const values = new Int8Array(data.length);
  for (let start = 0; start < columns; start += strip) {
    const end = Math.min(start + strip, columns);
    for (let i = 0; i < inner; i++)
      for (let column = start; column < end; column++)
        values[i * columns + column] = rounded(data[column * inner + i]! * factors[column]!);
  }
  return { values, scales };
}

/** To the nearest whole number; much faster than Math.round. */
function rounded(value: number): number {
  return ((value + 128.5) | 0) - 128;
}
