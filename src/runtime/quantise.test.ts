import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { differentiate } from '../graph/differentiate.ts';
import * as f from '../graph/functions.ts';
import { interpret } from '../graph/interpret.ts';
import { constant, elementCount, input, type Shape, type Tensor } from '../graph/tensor.ts';
import { createRandom } from '../random.ts';
import { largestExactWeight } from './integer-products.ts';
import { quantised } from './quantise.ts';
import { nodeSessions } from './session-node.ts';

const rows = 6;
const [inner, columns] = [128, 160];
const draw = (name: string, shape: Shape) =>
  Float32Array.from({ length: elementCount(shape) }, createRandom('quantise', name).normal);
const frozen = (name: string, shape: Shape, isNamed = true) =>
  constant(draw(name, shape), shape, isNamed ? name : undefined);

/** A layer and what its gradient sends back, so that the weight is used as it lies and turned. */
function layer(weight: Tensor, x = input('x', [rows, inner])) {
  const y = f.linear(x, weight, frozen('bias', [columns], false));
  return { y, gradient: differentiate(f.sum(f.tanh(f.multiply(y, 0.05))), [x])[0]! };
}

const relativeError = (values: ArrayLike<number>, expected: ArrayLike<number>) => {
  const distance = Array.from(expected, (value, index) => (values[index]! - value) ** 2).reduce(
    (sum, square) => sum + square,
    0,
  );
  return Math.sqrt(distance / Array.from(expected, (value) => value ** 2).reduce((sum, square) => sum + square, 0));
};

async function run(outputs: Record<string, Tensor>, x: Float32Array, precision: 'float32' | 'int8' = 'float32') {
  const session = await nodeSessions({ threads: 1, precision })(outputs);
  const results = await session.run({ x });
  await session.release();
  return results;
}

const outputs = layer(frozen('weight', [columns, inner]));
const x = draw('x', [rows, inner]);
const exactHere = await largestExactWeight(ort);

// A CPU has one of the two: 127 with VNNI instructions, 63 without.
describe.each([127, 63])('products in 8 bits with weights up to %i', (largestWeight) => {
  const rewritten = quantised(outputs, largestWeight);

  test('are near those in 32, forward and back, and are not the same', () => {
    // A rounding error is uniform over a step of 1/127 of a row's or 1/127 (1/63) of a column's largest value, about 3
    // deviations: 0.7 % (1.4 %) on each side.
    const allowed = largestWeight === 127 ? { y: 0.015, gradient: 0.03 } : { y: 0.025, gradient: 0.05 };
    for (const name of ['y', 'gradient'] as const) {
      const [exact, rounded] = [outputs[name], rewritten[name]!].map(
        (tensor) => interpret([tensor], evaluationFeed(tensor, x))[0]!,
      );
      expect(relativeError(rounded!, exact!)).toBeLessThan(allowed[name]);
      expect(relativeError(rounded!, exact!)).toBeGreaterThan(1e-4);
    }
  });

  test.skipIf(largestWeight > exactHere)('are on this CPU what the plain evaluation gives', async () => {
    const computed = await run(rewritten, x);
    for (const name of ['y', 'gradient']) {
      const tensor = rewritten[name]!;
      expect(relativeError(computed[name]!, interpret([tensor], evaluationFeed(tensor, x))[0]!)).toBeLessThan(1e-5);
    }
  });
});

/** Gives what 64 products of 255 and 127 add up to, two of them at a time in sums of at most `largestSum`. */
function runtimeOf(largestSum: number): typeof ort {
  const y = 32 * Math.min(2 * 255 * 127, largestSum);
  const session = { run: async () => ({ y: { data: new Float32Array(64).fill(y) } }), release: async () => undefined };
  return { InferenceSession: { create: async () => session }, Tensor: class {} } as unknown as typeof ort;
}

test('a CPU that clips sums of two products to 16 bits is given weights up to 63, another up to 127', async () => {
  expect(await largestExactWeight(runtimeOf(Number.POSITIVE_INFINITY))).toBe(127);
  expect(await largestExactWeight(runtimeOf(2 ** 15 - 1))).toBe(63);
  expect(2 * 255 * 63).toBeLessThan(2 ** 15);
});

describe('a session in 8 bits', () => {
  test('computes with the largest weights that are exact on this CPU', async () => {
    expect(await run(outputs, x, 'int8')).toEqual(await run(quantised(outputs, exactHere), x));
  });

  test('computes a row without regard to the rows beside it', async () => {
    const alone = await run(
      layer(frozen('weight', [columns, inner]), input('x', [1, inner])),
      x.slice(0, inner),
      'int8',
    );
    const louder = x.map((value, index) => (index < inner ? value : value * 1000));
    const together = await run(outputs, louder, 'int8');
    expect(together.y!.slice(0, columns)).toEqual(alone.y);
  });

  test('gives the bias for a row of zeros', async () => {
    const { y } = await run(outputs, new Float32Array(rows * inner), 'int8');
    expect(y!.slice(0, columns)).toEqual(draw('bias', [columns]));
  });
});

test('a weight that several products use is quantised once', () => {
  const weight = frozen('weight', [columns, inner]);
  const constants = new Set<Tensor>();
  const collect = (tensor: Tensor): void => {
    if (tensor.source.kind === 'constant' && tensor.elementType === 'int8') constants.add(tensor);
    if (tensor.source.kind === 'node') for (const operand of tensor.source.node.inputs) collect(operand);
  };
  for (const output of Object.values(
    quantised({
      first: f.linear(input('a', [rows, inner]), weight),
      second: f.linear(input('b', [rows, inner]), weight),
    }),
  ))
    collect(output);
  expect(constants.size).toBe(1);
});

test('constants without a name, small ones and variables stay in 32 bits', () => {
  const x = input('x', [rows, inner]);
  for (const weight of [
    frozen('weight', [columns, inner], false),
    frozen('small', [8, inner]),
    input('weight', [columns, inner]),
  ]) {
    const graph = { y: f.gemm(x, weight, { transB: true }) };
    expect(quantised(graph)).toEqual(graph);
  }
});

test('a provider that has no products in 8 bits refuses them in one sentence', async () => {
  const open = nodeSessions({ provider: 'webgpu', precision: 'int8' });
  await expect(open({ y: f.exp(input('x', [2])) })).rejects.toThrow(
    /"webgpu" does not compute in 8 bits; leave out --precision/,
  );
});

/** The value of the one input of a graph. */
function evaluationFeed(output: Tensor, x: Float32Array): Map<Tensor, Float32Array> {
  const find = (tensor: Tensor): Tensor[] =>
    tensor.source.kind === 'node'
      ? tensor.source.node.inputs.flatMap(find)
      : tensor.source.kind === 'input'
        ? [tensor]
        : [];
  return new Map(find(output).map((tensor) => [tensor, x]));
}
