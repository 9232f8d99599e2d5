import { expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import { maskSpectrogram } from './mask-spectrogram.ts';

const size = { height: 20, width: 30 };
/** Rows and columns that a mask covers wholly: zeros, as the mean of this spectrogram is 0. */
function covered(axes: 'frequency-time' | 'time-frequency', maxTime: number, maxFrequency: number, seed: number) {
  const values = Float32Array.from({ length: 600 }, (_, index) => (index % 2 === 0 ? 1 : -1));
  maskSpectrogram(values, size, axes, { maxTime, maxFrequency }, createRandom(seed));
  const masked = (row: number, column: number) => values[row * 30 + column] === 0;
  const rows = Array.from({ length: 20 }, (_, row) => row).filter((row) =>
    Array.from({ length: 30 }).every((_, c) => masked(row, c)),
  );
  const columns = Array.from({ length: 30 }, (_, column) => column).filter((column) =>
    Array.from({ length: 20 }).every((_, r) => masked(r, column)),
  );
  return { rows, columns, count: values.filter((value) => value === 0).length };
}

test('masks are one run of rows and one of columns, within their widths, and nothing else', () => {
  let [widest, highest] = [0, 0];
  for (let seed = 0; seed < 200; seed++) {
    const { rows, columns, count } = covered('frequency-time', 8, 3, seed);
    for (const run of [rows, columns]) expect(run).toEqual(run.map((_, index) => run[0]! + index));
    expect(count).toBe(rows.length * 30 + columns.length * 20 - rows.length * columns.length);
    widest = Math.max(widest, columns.length);
    highest = Math.max(highest, rows.length);
  }
  expect([widest, highest]).toEqual([8, 3]);
});

test('where time goes down, the mask of time is one of rows', () => {
  const runs = Array.from({ length: 50 }, (_, seed) => covered('time-frequency', 10, 0, seed));
  expect(Math.max(...runs.map(({ rows }) => rows.length))).toBe(10);
  expect(Math.max(...runs.map(({ columns }) => columns.length))).toBe(0);
});
