import { expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import { drawVisible, overMoments } from './masks.ts';

test('half of the slices are visible, each equally often, and equal names give equal masks', () => {
  const counts = new Float32Array(8);
  for (let clip = 0; clip < 2000; clip++) {
    const visible = drawVisible(createRandom('mask', clip), 8);
    expect(visible.reduce((sum, value) => sum + value, 0)).toBe(4);
    visible.forEach((value, slice) => {
      counts[slice]! += value;
    });
  }
  for (const count of counts) expect(Math.abs(count / 2000 - 0.5)).toBeLessThan(0.05);
  expect(drawVisible(createRandom('mask', 5), 8)).toEqual(drawVisible(createRandom('mask', 5), 8));
});

test('moments have the value of their slice', () => {
  expect([...overMoments(Float32Array.of(1, 0, 1), 7)]).toEqual([1, 1, 1, 0, 0, 1, 1]);
});
