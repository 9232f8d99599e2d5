// Memory over a long run: what ONNX Runtime allocates is not the garbage collector's, so a leak shows only here.
import { expect, test } from 'vitest';
import { differentiate } from '../graph/differentiate.ts';
import { encodeOnnx } from '../graph/encode-onnx.ts';
import * as f from '../graph/functions.ts';
import { constant, input, type Tensor } from '../graph/tensor.ts';
import { createRandom } from '../random.ts';
import { openNodeSession } from './session-node.ts';

const [tokens, width] = [8, 32];
const draw = (name: string, length: number) => Float32Array.from({ length }, createRandom(name).normal);

/** One attention layer behind a frozen one, with a squared error and the gradient of its trainable weights. */
function trainingGraph() {
  const [x, target] = [input('x', [tokens, width]), input('target', [tokens, width])];
  const weights = input('weights', [width, 3 * width]);
  const frozen = constant(draw('frozen', width * width), [width, width]);
  const [query, key, value] = f.split(f.matMul(f.matMul(x, frozen), weights), 1, [width, width, width]) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const attention = f.softmax(f.divide(f.matMul(query, f.transpose(key, [1, 0])), Math.sqrt(width)));
  const difference = f.subtract(f.matMul(attention, value), target);
  const loss = f.mean(f.multiply(difference, difference));
  return encodeOnnx({ loss, gradient: differentiate(loss, [weights])[0]! });
}

const megabytes = () => process.memoryUsage().rss / 1e6;

/**
 * The least growth in memory over three equal rounds, in megabytes: a leak grows in each, the collector's ups and downs
 * do not.
 */
async function leastGrowth(times: number, once: () => Promise<void>): Promise<number> {
  const growth: number[] = [];
  for (let round = 0; round < 3; round++) {
    const before = megabytes();
    for (let count = 0; count < times; count++) await once();
    growth.push(megabytes() - before);
  }
  return Math.min(...growth);
}

test('ten thousand training steps learn, and leave the memory as it was', async () => {
  const session = await openNodeSession(trainingGraph(), { threads: 1 });
  const weights = draw('weights', width * 3 * width).map((value) => value / 8);
  const batch = { x: draw('x', tokens * width), target: draw('target', tokens * width) };
  const losses: number[] = [];
  const grown = await leastGrowth(3400, async () => {
    const { loss, gradient } = await session.run({ ...batch, weights });
    for (const [index, value] of gradient!.entries()) weights[index]! -= 0.01 * value;
    losses.push(loss![0]!);
  });
  await session.release();
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  // The gradients alone, if they were kept, would be 42 MB a round.
  expect(grown).toBeLessThan(20);
}, 120_000);
