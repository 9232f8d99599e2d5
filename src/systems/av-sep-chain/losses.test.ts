import { expect, test } from 'vitest';
import { interpret } from '../../graph/interpret.ts';
import { input } from '../../graph/tensor.ts';
import { createRandom } from '../../random.ts';
import { matchingLoss } from './losses.ts';

const [clips, chunks, width] = [2, 3, 4];
const frames = [0, 1, 2];
const temperature = 0.2;

const unit = (vector: readonly number[]) => vector.map((value) => value / Math.hypot(...vector));
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((total, value, i) => total + value * b[i]!, 0);

test('matching by chunks leaves out a neighbour in the same clip, in both directions', () => {
  const { normal } = createRandom('matching test');
  const [p, q] = ['p', 'q'].map((name) => input(name, [clips, chunks, width], 'float64'));
  const draw = () => Float64Array.from({ length: clips * chunks * width }, normal);
  const [sounds, pictures] = [draw(), draw()];
  const rows = (values: Float64Array) =>
    Array.from({ length: clips * chunks }, (_, row) => unit([...values.subarray(row * width, (row + 1) * width)]));
  const oneWay = (asking: number[][], answering: number[][]) =>
    asking.map((a, i) => {
      const logits = answering.map((b) => dot(a, b) / temperature);
      const told = logits.filter(
        (_, j) => i === j || Math.floor(i / chunks) !== Math.floor(j / chunks) || Math.abs(i - j) > 1,
      );
      return Math.log(told.reduce((total, logit) => total + Math.exp(logit), 0)) - logits[i]!;
    });
  const all = [...oneWay(rows(sounds), rows(pictures)), ...oneWay(rows(pictures), rows(sounds))];
  const expected = all.reduce((total, value) => total + value, 0) / all.length;
  const loss = matchingLoss(p!, q!, frames, { matchLevel: 'frame', temperature });
  const [value] = interpret(
    [loss],
    new Map([
      [p!, sounds],
      [q!, pictures],
    ]),
  );
  expect(value![0]).toBeCloseTo(expected, 10);
});
