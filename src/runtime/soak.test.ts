// Memory over a long run: what ONNX Runtime allocates is not the garbage collector's, so a leak shows only here.
import { expect, test } from 'vitest';
import { differentiate } from '../graph/differentiate.ts';
import { encodeOnnx } from '../graph/encode-onnx.ts';
import * as f from '../graph/functions.ts';
import { constant, input, type Tensor } from '../graph/tensor.ts';
import { createRandom } from '../random/random.ts';
import { openNodeSession } from './node.ts';

const [tokens, width] = [8, 32];
const draw = (name: string, length: number) => Float32Array.from({ length }, createRandom(name).normal);

/** One attention layer behind a frozen one, with a squared error and the gradient of its trainable weights. */
function trainingGraph() {
  const [x, target] = [input('x', [tokens, width]), input('target', [tokens, width])];
  const weights = input('weights', [width, 3 * width]);
  const frozen = constant(draw('frozen', width * width), [width, width]);
  const [query, key, value] = f.split(f.matMul(f.matMul(x, frozen), weights), 1, [width, width, width]) as [Tensor, Tensor, Tensor];
  const attention = f.softmax(f.divide(f.matMul(query, f.transpose(key, [1, 0])), Math.sqrt(width)));
  const difference = f.subtract(f.matMul(attention, value), target);
  const loss = f.mean(f.multiply(difference, difference));
  return encodeOnnx({ loss, gradient: differentiate(loss, [weights])[0]! });
}

const megabytes = () => process.memoryUsage().rss / 1e6;

test('ten thousand training steps learn, and leave the memory as it was', async () => {
  const session = await openNodeSession(trainingGraph(), { threads: 1 });
  const weights = draw('weights', width * 3 * width).map((value) => value / 8);
  const batch = { x: draw('x', tokens * width), target: draw('target', tokens * width) };
  const losses: number[] = [];
  const step = async () => {
    const { loss, gradient } = await session.run({ ...batch, weights });
    for (const [index, value] of gradient!.entries()) weights[index]! -= 0.01 * value;
    losses.push(loss![0]!);
  };
  // The heap takes what it likes before the first collections.
  for (let count = 0; count < 3000; count++) await step();
  const before = megabytes();
  for (let count = 0; count < 10_000; count++) await step();
  const grown = megabytes() - before;
  await session.release();
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  // The gradients alone, kept, would be 120 MB by now; the collector's own ups and downs are some 20 MB.
  expect(grown).toBeLessThan(60);
}, 120_000);

test('a hundred sessions opened and released leave the memory as it was', async () => {
  const frozen = constant(draw('large', 1024 * 1024), [1024, 1024]);
  const graph = encodeOnnx({ y: f.matMul(input('x', [1, 1024]), frozen) });
  const x = draw('x', 1024);
  const openOnce = async () => {
    const session = await openNodeSession(graph, { threads: 1 });
    await session.run({ x });
    await session.release();
  };
  for (let count = 0; count < 30; count++) await openOnce();
  const before = megabytes();
  for (let count = 0; count < 100; count++) await openOnce();
  // Each holds four megabytes of weights at least: kept, they would be 400 MB by now.
  expect(megabytes() - before).toBeLessThan(100);
}, 120_000);
