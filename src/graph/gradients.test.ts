import { describe, expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { differentiate } from './differentiate.ts';
import * as f from './functions.ts';
import { gradientTable } from './gradients.ts';
import { interpret } from './interpret.ts';
import { operators } from './operators.ts';
import { constant, elementCount, input, type Shape, type Tensor } from './tensor.ts';

type Case = { shapes: Shape[]; build: (...inputs: Tensor[]) => Tensor; positive?: boolean };

// Every differentiable operator, with shapes that broadcast and options of both kinds where it has them.
const cases: Record<string, Case[]> = {
  Add: [{ shapes: [[2, 3], [3]], build: f.add }],
  Sub: [{ shapes: [[3], [2, 1]], build: f.subtract }],
  Mul: [
    {
      shapes: [
        [2, 1, 3],
        [4, 1],
      ],
      build: f.multiply,
    },
  ],
  Div: [{ shapes: [[2, 3], [3]], build: f.divide, positive: true }],
  Neg: [{ shapes: [[4]], build: f.negate }],
  Exp: [{ shapes: [[4]], build: f.exp }],
  Log: [{ shapes: [[4]], build: f.log, positive: true }],
  Sqrt: [{ shapes: [[4]], build: f.sqrt, positive: true }],
  Tanh: [{ shapes: [[4]], build: f.tanh }],
  Sigmoid: [{ shapes: [[4]], build: f.sigmoid }],
  Softplus: [{ shapes: [[4]], build: f.softplus }],
  Erf: [{ shapes: [[4]], build: f.erf }],
  Relu: [{ shapes: [[8]], build: f.relu }],
  Gelu: [{ shapes: [[8]], build: f.gelu }],
  HardSigmoid: [{ shapes: [[8]], build: (x) => f.hardSigmoid(x, 0.7, 0.4) }],
  Cast: [{ shapes: [[3]], build: (x) => f.cast(f.multiply(x, x), 'float64') }],
  Where: [{ shapes: [[2, 3], [3]], build: (a, b) => f.where(f.greater(a, 0), f.multiply(a, 2), b) }],
  MatMul: [
    {
      shapes: [
        [2, 3],
        [3, 4],
      ],
      build: f.matMul,
    },
    {
      shapes: [
        [2, 1, 2, 3],
        [5, 3, 4],
      ],
      build: f.matMul,
    },
  ],
  Gemm: [false, true].flatMap((transA) =>
    [false, true].map((transB) => ({
      shapes: [transA ? [3, 2] : [2, 3], transB ? [4, 3] : [3, 4], [4]],
      build: (a: Tensor, b: Tensor, bias: Tensor) => f.gemm(a, b, { transA, transB, bias }),
    })),
  ),
  // Row 1 is picked twice, row 2 never.
  Gather: [{ shapes: [[4, 3]], build: (x) => f.gather(x, constant(BigInt64Array.of(1n, 3n, 0n, 1n), [2, 2])) }],
  Transpose: [{ shapes: [[2, 3, 4]], build: (x) => f.transpose(x, [2, 0, 1]) }],
  Reshape: [{ shapes: [[2, 6]], build: (x) => f.reshape(x, [3, 4]) }],
  Expand: [{ shapes: [[3, 1]], build: (x) => f.expand(x, [2, 3, 4]) }],
  Concat: [
    {
      shapes: [
        [2, 1, 3],
        [2, 4, 3],
      ],
      build: (a, b) => f.concat([a, b, a], 1),
    },
  ],
  // With and without a bias; with strides that leave rows over, dilations and padding that differ down and across.
  Conv: [
    {
      shapes: [[2, 2, 4, 3], [3, 2, 3, 2], [3]],
      build: (x, kernels, bias) => f.convolve(x, kernels, bias, { padding: [1, 0] }),
    },
    {
      shapes: [
        [1, 2, 7, 6],
        [2, 2, 2, 3],
      ],
      build: (x, kernels) => f.convolve(x, kernels, undefined, { stride: [3, 2], dilation: [2, 1], padding: [1, 1] }),
    },
  ],
  ConvTranspose: [
    {
      shapes: [
        [1, 2, 3, 2],
        [2, 2, 2, 3],
      ],
      build: (x, kernels) =>
        f.convolveTransposed(x, kernels, { stride: [3, 2], dilation: [2, 1], padding: [1, 0], rest: [1, 0] }),
    },
  ],
  // Of 5 x 7 places the last row and column fill no window.
  MaxPool: [{ shapes: [[2, 2, 5, 7]], build: (x) => f.maxPool(x, [2, 3]) }],
  Split: [
    { shapes: [[2, 6]], build: (x) => f.slice(x, 1, 2, 5) },
    { shapes: [[6, 2]], build: (x) => f.multiply(...(f.split(x, 0, [3, 3]) as [Tensor, Tensor])) },
  ],
  ReduceSum: [{ shapes: [[2, 3, 4]], build: (x) => f.sum(x, [0, -1]) }],
  ReduceMean: [{ shapes: [[2, 3, 4]], build: (x) => f.mean(x, [1], true) }],
  ReduceMax: [{ shapes: [[3, 4]], build: (x) => f.max(x, [-1]) }],
  Softmax: [
    { shapes: [[2, 3, 4]], build: (x) => f.softmax(x, 1) },
    // As attention uses it, also with rows that are shared by several products.
    {
      shapes: [
        [2, 3, 4],
        [2, 4, 2],
      ],
      build: (x, values) => f.matMul(f.softmax(x), values),
    },
    {
      shapes: [
        [1, 3, 4],
        [5, 4, 2],
      ],
      build: (x, values) => f.matMul(f.softmax(x), values),
    },
  ],
  LogSoftmax: [{ shapes: [[2, 3, 4]], build: (x) => f.logSoftmax(x) }],
  LayerNormalization: [
    { shapes: [[2, 3, 5], [5], [5]], build: (x, scale, bias) => f.layerNormalization(x, scale, bias, 1e-5) },
  ],
};

describe('gradients agree with central differences in double precision', () => {
  for (const [operator, variants] of Object.entries(cases))
    for (const [variant, { shapes, build, positive }] of variants.entries())
      test(`${operator} ${variant}`, () => {
        const random = createRandom('gradient', operator, variant);
        const inputs = shapes.map((shape, i) => input(`x${i}`, shape, 'float64'));
        const y = build(...inputs);
        const weights = input('weights', y.shape, 'float64');
        // Squared, so that an operator's second use of its output counts too.
        const loss = f.sum(f.multiply(f.multiply(y, y), weights));
        const draw = (shape: Shape) =>
          Float64Array.from({ length: elementCount(shape) }, () =>
            positive ? 0.5 + random.uniform() : random.normal(),
          );
        const feeds = new Map<Tensor, Float64Array>([
          [weights, draw(y.shape)],
          ...inputs.map((x) => [x, draw(x.shape)] as const),
        ]);
        const gradients = interpret(differentiate(loss, inputs), feeds);
        for (const [i, x] of inputs.entries()) {
          const point = feeds.get(x)!;
          const step = 1e-5;
          const lossAt = (place: number, shift: number) =>
            interpret([loss], new Map(feeds).set(x, point.with(place, point[place]! + shift)))[0]![0]!;
          for (const place of point.keys()) {
            const difference = (lossAt(place, step) - lossAt(place, -step)) / (2 * step);
            expect(Math.abs(gradients[i]![place]! - difference)).toBeLessThan(1e-7 * (1 + Math.abs(difference)));
          }
        }
      });
});

test('every row of the table has a case here', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(gradientTable).sort());
});

test('operators without a row refuse when the graph is built', () => {
  const x = input('x', [4]);
  expect(() => differentiate(f.sum(f.abs(x)), [x])).toThrow(/Abs has no row/);
  expect(Object.keys(operators).filter((name) => !(name in gradientTable))).toEqual([
    'Equal',
    'Greater',
    'Identity',
    'Abs',
    'QuantizeLinear',
    'MatMulIntegerToFloat',
    'Slice',
  ]);
});

test('a variable that the scalar does not depend on has a zero gradient', () => {
  const x = input('x', [2], 'float64');
  const unused = input('unused', [3], 'float64');
  expect(interpret(differentiate(f.sum(x), [unused]), new Map())[0]).toEqual(new Float64Array(3));
});

test('what is detached counts as constant', () => {
  const x = input('x', [2], 'float64');
  const [gradient] = differentiate(f.sum(f.multiply(f.detach(f.multiply(x, x)), x)), [x]);
  expect(interpret([gradient!], new Map([[x, Float64Array.of(2, -3)]]))[0]).toEqual(Float64Array.of(4, 9));
});

test('frozen operands get no gradient nodes', () => {
  const x = input('x', [2, 3]);
  const weight = input('weight', [3, 3]);
  const [gradient] = differentiate(f.sum(f.gemm(x, weight)), [x]);
  const uses = (tensor: Tensor, target: Tensor): boolean =>
    tensor === target ||
    (tensor.source.kind === 'node' && tensor.source.node.inputs.some((next) => uses(next, target)));
  expect(uses(gradient!, x)).toBe(false);
});
