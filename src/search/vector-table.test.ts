import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import wabt from 'wabt';
import { createRandom } from '../random.ts';
import { binary, createVectorTable } from './vector-table.ts';

test('the binary is that of the text', async () => {
  const { parseWat } = await wabt();
  const text = parseWat('scan.wat', readFileSync(new URL('scan.wat', import.meta.url), 'utf8'), { simd: true });
  expect(binary).toBe(Buffer.from(text.toBinary({}).buffer).toString('base64'));
});

test.each([1, 8, 13, 128])(
  'products with vectors of %i numbers are those of a plain loop, however they came',
  (width) => {
    const random = createRandom('table', width);
    const draw = (rows: number) => Float32Array.from({ length: rows * width }, () => random.normal());
    const parts = [draw(3), draw(5000), draw(1), draw(4096)];
    const table = createVectorTable(width);
    for (const part of parts) table.append(part);
    const all = Float32Array.from(parts.flatMap((part) => [...part]));
    expect(table.count).toBe(9100);
    for (let round = 0; round < 2; round++) {
      const query = draw(1);
      const scores = table.scores(query);
      expect(scores).toHaveLength(9100);
      for (let row = 0; row < 9100; row++) {
        let product = 0;
        for (let i = 0; i < width; i++) product += all[row * width + i]! * query[i]!;
        if (Math.abs(scores[row]! - product) > 1e-4) expect(scores[row], `row ${row}`).toBeCloseTo(product, 4);
      }
    }
    expect(table.row(5003)).toEqual(parts[2]);
  },
);

test('an empty table has no scores', () => {
  expect(createVectorTable(4).scores(new Float32Array(4))).toEqual(new Float32Array(0));
});

test('more vectors than WebAssembly can address are refused in one sentence', () => {
  expect(() => createVectorTable(128, 1e8)).toThrow(/do not fit into memory; split the archive/);
});
