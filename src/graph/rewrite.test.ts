import { expect, test } from 'vitest';
import * as f from './functions.ts';
import { interpret } from './interpret.ts';
import { rewrite } from './rewrite.ts';
import { input } from './tensor.ts';

test('a replaced node is what all that use it see, and a graph without such nodes is the same objects', () => {
  const x = input('x', [2]);
  const exponential = f.exp(x);
  const outputs = { y: f.add(exponential, f.multiply(exponential, 2)), exponential };
  const { y, exponential: replaced } = rewrite(outputs, (node, [operand]) =>
    node.operator === 'Exp' ? [f.negate(operand!)] : undefined,
  );
  expect(interpret([y!, replaced!], new Map([[x, [1, 5]]])).map((values) => [...values])).toEqual([
    [-3, -15],
    [-1, -5],
  ]);
  expect(rewrite(outputs, () => undefined)).toEqual(outputs);
  expect(rewrite(outputs, () => undefined).y).toBe(outputs.y);
});
