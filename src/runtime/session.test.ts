import { expect, test } from 'vitest';
import { topologicalOrder } from '../graph/differentiate.ts';
import { encodeOnnx } from '../graph/encode-onnx.ts';
import * as f from '../graph/functions.ts';
import { interpret } from '../graph/interpret.ts';
import { constant, elementCount, input, type Shape, type Tensor } from '../graph/tensor.ts';
import { createRandom } from '../random.ts';
import { openNodeSession } from './session-node.ts';
import { splitsAsSlices } from './splits-as-slices.ts';

const fixed = (shape: Shape) => {
  const random = createRandom('constant', ...shape);
  return constant(Float32Array.from({ length: elementCount(shape) }, random.normal), shape);
};

const bytesOf = (x: Tensor) =>
  f.quantizeLinear(
    f.reshape(x, [6, 4]),
    constant(new Float32Array(6).fill(0.02), [6]),
    constant(Uint8Array.of(0, 50, 100, 128, 200, 255), [6]),
  );
// Up to 63, with which products are exact on every CPU (integer-products.ts).
const signedBytes = constant(
  Int8Array.from({ length: 20 }, (_, i) => 6 * i - 63),
  [4, 5],
);

// Each operator once, on shapes that show a wrong axis or a wrong order.
const graphs: Record<string, (x: Tensor) => Tensor> = {
  Add: (x) => f.add(x, fixed([4])),
  Sub: (x) => f.subtract(1, x),
  Mul: (x) => f.multiply(x, fixed([3, 1])),
  Div: (x) => f.divide(x, 3),
  Equal: (x) => f.cast(f.equal(x, x), 'float32'),
  Greater: (x) => f.cast(f.greater(x, 0.5), 'float32'),
  Identity: f.detach,
  Neg: f.negate,
  Exp: f.exp,
  Log: (x) => f.log(f.exp(x)),
  Sqrt: (x) => f.sqrt(f.exp(x)),
  Tanh: f.tanh,
  Sigmoid: f.sigmoid,
  Softplus: (x) => f.softplus(f.multiply(x, 20)),
  Erf: f.erf,
  Relu: f.relu,
  HardSigmoid: (x) => f.hardSigmoid(x, 0.5, 0.4),
  Gelu: f.gelu,
  Where: (x) => f.where(f.greater(x, 0), x, fixed([4])),
  MatMul: (x) => f.matMul(x, fixed([2, 4, 5])),
  Gemm: (x) => f.gemm(f.reshape(x, [6, 4]), fixed([5, 4]), { transB: true, bias: fixed([5]) }),
  Gather: (x) => f.gather(x, constant(BigInt64Array.of(1n, 0n, 1n, 1n), [2, 2])),
  Transpose: (x) => f.transpose(x, [2, 0, 1]),
  Reshape: (x) => f.reshape(x, [4, 6]),
  Expand: (x) => f.expand(x, [2, 2, 3, 4]),
  Concat: (x) => f.concat([x, fixed([2, 1, 4]), x], 1),
  Split: (x) => f.slice(x, 2, 1, 3),
  Slice: (x) => splitsAsSlices({ part: f.slice(x, 2, 1, 3) }).part!,
  ReduceSum: (x) => f.sum(x, [0, 2]),
  ReduceMean: (x) => f.mean(x, [1], true),
  ReduceMax: (x) => f.max(x, [2]),
  Conv: (x) =>
    f.convolve(f.reshape(x, [1, 2, 3, 4]), fixed([3, 2, 2, 2]), fixed([3]), { stride: [2, 1], padding: [1, 0] }),
  ConvTranspose: (x) =>
    f.convolveTransposed(f.reshape(x, [1, 2, 3, 4]), fixed([2, 3, 2, 2]), { stride: [2, 1], dilation: [1, 2] }),
  MaxPool: (x) => f.maxPool(f.reshape(x, [1, 2, 3, 4]), [1, 2]),
  'averages of windows': (x) => f.averagePool(f.reshape(x, [1, 2, 3, 4]), [2, 2]),
  Softmax: (x) => f.softmax(x, 1),
  LogSoftmax: (x) => f.logSoftmax(x, 2),
  LayerNormalization: (x) => f.layerNormalization(x, fixed([4]), fixed([4]), 1e-6),
  Abs: f.abs,
  QuantizeLinear: (x) => f.cast(bytesOf(x), 'float32'),
  MatMulIntegerToFloat: (x) =>
    f.matMulIntegerToFloat(bytesOf(x), signedBytes, fixed([5]), constant(Uint8Array.of(100), [])),
};

test.each(Object.keys(graphs))('ONNX Runtime computes %s as the plain evaluation does', async (operator) => {
  const x = input('x', [2, 3, 4]);
  const y = graphs[operator]!(x);
  const data = Float32Array.from({ length: 24 }, createRandom(operator).normal);
  const session = await openNodeSession(encodeOnnx({ y }));
  const result = (await session.run({ x: data })).y!;
  await session.release();
  const expected = interpret([y], new Map([[x, data]]))[0]!;
  expect(result.length).toBe(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(result[i]! - value)).toBeLessThan(2e-6 * (1 + Math.abs(value)));
});

test('wrong feeds and a released session are refused by name', async () => {
  const session = await openNodeSession(encodeOnnx({ y: f.exp(input('x', [2])) }));
  await expect(session.run({})).rejects.toThrow(/input x needs shape \[2\], got nothing/);
  await expect(session.run({ x: new Float32Array(3) })).rejects.toThrow(/3 elements/);
  await expect(session.run({ x: new Float32Array(2), z: new Float32Array(2) })).rejects.toThrow(/no input z/);
  await session.release();
  await expect(session.run({ x: new Float32Array(2) })).rejects.toThrow(/after release/);
});

test('a kept result is fed to the next run, by another session too, and to none of another length', async () => {
  const kept = await openNodeSession(
    encodeOnnx({ y: f.multiply(input('x', [2]), 2), z: f.exp(input('w', [])) }),
    {},
    { kept: ['y'] },
  );
  const other = await openNodeSession(encodeOnnx({ sum: f.sum(input('v', [2])) }));
  const longer = await openNodeSession(encodeOnnx({ y: f.exp(input('x', [3])) }));
  const w = Float32Array.of(0);
  const first = await kept.runKeeping({ x: Float32Array.of(1, 2), w });
  expect(first.results).toEqual({ z: Float32Array.of(1) });
  const second = await kept.runKeeping({ x: first.kept.y!, w });
  expect((await other.run({ v: second.kept.y! })).sum).toEqual(Float32Array.of(12));
  await expect(longer.run({ x: second.kept.y! })).rejects.toThrow(/needs shape \[3\], got 2 elements/);
  for (const session of [kept, other, longer]) await session.release();
});

test('of a split only the parts that are read are cut out, by slices where they are few', () => {
  const x = input('x', [2, 9]);
  const parts = f.split(x, 1, [2, 3, 4]);
  const operators = (outputs: Record<string, Tensor>, most?: number) =>
    topologicalOrder(Object.values(splitsAsSlices(outputs, most))).map(({ operator }) => operator);
  const [first, second, third] = parts as [Tensor, Tensor, Tensor];
  expect(operators({ y: f.exp(second) }, 1)).toEqual(['Slice', 'Exp']);
  expect(operators({ a: f.exp(first), b: third }, 1)).toEqual(['Split', 'Exp']);
  expect(operators({ a: f.exp(first), b: third }).sort()).toEqual(['Exp', 'Slice', 'Slice']);
  const data = Float32Array.from({ length: 18 }, (_, index) => index);
  const { y } = splitsAsSlices({ y: second }, 1);
  expect([...interpret([y!], new Map([[x, data]]))[0]!]).toEqual([2, 3, 4, 11, 12, 13]);
});
