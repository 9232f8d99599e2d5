// Products with frozen weights in 8 bits: each weight column has a scale of its own, fixed beforehand; what it is multiplied with gets one
// when it is computed (Jacob et al. 2018, arXiv 1712.05877, with symmetric weights). Everything else stays in float32.
import { abs, add, cast, matMulInteger, max, multiply, quantizeLinear, reshape } from '../graph/functions.ts';
import { rewrite } from '../graph/rewrite.ts';
import { constant, elementCount, type Node, type Tensor } from '../graph/tensor.ts';

/** Smaller weights are not worth the rounding. */
const smallestWeight = 16_384;

/** The same graph, with its large products with constant weights computed in 8 bits, on the way forward and on the way back alike. */
export function quantised(outputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const activations = new Map<Tensor, QuantisedRows>();
  return rewrite(outputs, (node, [x, , bias]) => {
    const weight = frozenWeight(node);
    if (!weight) return undefined;
    const { values, scales } = quantisedWeight(weight, node.attributes.transB === 1);
    const rows = activations.get(x!) ?? quantisedRows(x!);
    activations.set(x!, rows);
    const product = multiply(cast(matMulInteger(rows.values, values, zeroPoint), 'float32'), scales);
    const scaled = multiply(product, reshape(rows.scales, [rows.scales.shape[0]!, 1]));
    return [bias ? add(scaled, bias) : scaled];
  });
}

type QuantisedRows = { values: Tensor; scales: Tensor };
const zeroPoint = constant(Uint8Array.of(128), []);

function quantisedRows(x: Tensor): QuantisedRows {
  const rows = x.shape[0]!;
  const scales = add(multiply(max(abs(x), [1]), 1 / 127), 1e-30);
  return { values: quantizeLinear(x, scales, constant(new Uint8Array(rows).fill(128), [rows])), scales };
}

function frozenWeight({ operator, inputs, attributes }: Node): Tensor | undefined {
  const weight = inputs[1];
  const isProduct = operator === 'Gemm' && attributes.transA !== 1;
  return isProduct && weight?.source.kind === 'constant' && weight.source.name !== undefined && elementCount(weight.shape) >= smallestWeight
    ? weight
    : undefined;
}

/** The weight as a right side [inner, columns] of int8, and the scale of each column. */
function quantisedWeight({ source, shape }: Tensor, isTransposed: boolean): { values: Tensor; scales: Tensor } {
  if (source.kind !== 'constant') throw new Error('quantise: the weight is not a constant');
  const data = source.data as Float32Array;
  const [inner, columns] = (isTransposed ? shape.toReversed() : shape) as [number, number];
  const [innerStride, columnStride] = isTransposed ? [1, inner] : [columns, 1];
  const values = new Int8Array(inner * columns);
  const scales = new Float32Array(columns);
  for (let column = 0; column < columns; column++) {
    let largest = 0;
    for (let i = 0; i < inner; i++) largest = Math.max(largest, Math.abs(data[i * innerStride + column * columnStride]!));
    scales[column] = largest / 127;
    const factor = largest > 0 ? 127 / largest : 0;
    for (let i = 0; i < inner; i++) values[i * columns + column] = Math.round(data[i * innerStride + column * columnStride]! * factor);
  }
  return { values: constant(values, [inner, columns]), scales: constant(scales, [columns]) };
}
