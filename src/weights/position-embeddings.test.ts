import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSafetensors } from '../files/safetensors.ts';
import { toFloat32 } from '../files/tensor-values.ts';
import { resizePositionEmbeddings } from './position-embeddings.ts';

const golden = new URL('../../../shared/golden/timm-vit-mini.safetensors', import.meta.url);

test.skipIf(!existsSync(golden))('a 4 x 4 table becomes 6 x 5 as timm makes it', () => {
  const { tensors } = readSafetensors(readFileSync(golden));
  const table = toFloat32(tensors.get('param.pos_embed')!);
  const expected = toFloat32(tensors.get('output.pos_embed_6x5')!);
  const resized = resizePositionEmbeddings(table, [4, 4], [6, 5]);
  expect(resized.length).toBe(expected.length);
  const worst = resized.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0);
  expect(worst).toBeLessThan(1e-6);
});

test('a constant table stays constant, the class row apart, whether it grows or shrinks', () => {
  const table = Float32Array.from({ length: (1 + 4 * 6) * 2 }, (_, index) =>
    index < 2 ? 9 : index % 2 === 0 ? 1 : -3,
  );
  for (const to of [
    [2, 3],
    [8, 9],
    [1, 1],
    [4, 7],
  ] as const) {
    const resized = resizePositionEmbeddings(table, [4, 6], to);
    expect(resized.length).toBe((1 + to[0] * to[1]) * 2);
    resized.forEach((value, index) => {
      expect(value).toBeCloseTo(index < 2 ? 9 : index % 2 === 0 ? 1 : -3, 6);
    });
  }
});

test('rows and columns are not mixed up: a ramp along the columns stays one', () => {
  const table = Float32Array.from({ length: 1 + 2 * 8 }, (_, index) => (index === 0 ? 0 : (index - 1) % 8));
  const resized = resizePositionEmbeddings(table, [2, 8], [3, 4]);
  for (let row = 0; row < 3; row++) {
    const line = resized.subarray(1 + row * 4, 5 + row * 4);
    expect(line[0]).toBeLessThan(line[1]!);
    expect(line[1]! - 2.5).toBeCloseTo(0, 1);
    expect(line[2]! - 4.5).toBeCloseTo(0, 1);
  }
});

test('the same grid gives the same table', () => {
  const table = Float32Array.of(1, 2, 3, 4, 5);
  expect(resizePositionEmbeddings(table, [2, 2], [2, 2])).toBe(table);
});
