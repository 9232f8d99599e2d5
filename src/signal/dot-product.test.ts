import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import wabt from 'wabt';
import { binary, openWorkspace } from './dot-product.ts';

test('the binary is that of the text', async () => {
  const { parseWat } = await wabt();
  const text = parseWat('dot-product.wat', readFileSync(new URL('dot-product.wat', import.meta.url), 'utf8'), {
    simd: true,
  });
  expect(binary).toBe(Buffer.from(text.toBinary({}).buffer).toString('base64'));
});

test('products of stretches anywhere in the room are summed', () => {
  const { numbers, dotProduct } = openWorkspace(10_000);
  for (const index of numbers.keys()) numbers[index] = index % 7;
  for (const [left, right, count] of [
    [0, 0, 4],
    [1, 9000, 1000],
    [9996, 3, 4],
  ] as const) {
    let expected = 0;
    for (let n = 0; n < count; n++) expected += numbers[left + n]! * numbers[right + n]!;
    expect(dotProduct(left, right, count)).toBe(expected);
  }
});
