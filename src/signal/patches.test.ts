import { expect, test } from 'vitest';
import { patches } from './patches.ts';

test('boxes come in the order of their axes, and inside a box channels come first', () => {
  // Two channels of 2 x 4: the value says channel, row and column.
  const values = Float32Array.from(
    { length: 16 },
    (_, i) => Math.floor(i / 8) * 100 + Math.floor((i % 8) / 4) * 10 + (i % 4),
  );
  expect([...patches(values, [2, 2, 4], [1, 2])]).toEqual(
    [
      [0, 1, 100, 101],
      [2, 3, 102, 103],
      [10, 11, 110, 111],
      [12, 13, 112, 113],
    ].flat(),
  );
});

test('boxes that do not fill the array are refused', () => {
  expect(() => patches(new Float32Array(6), [1, 6], [4])).toThrow(/boxes of \[4\] do not fill \[6\]/);
});
