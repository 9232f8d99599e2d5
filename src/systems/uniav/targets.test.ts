import { describe, expect, test } from 'vitest';
import { pointTargets } from './targets.ts';

const ranges = [
  [0, 4],
  [4, 10_000],
] as const;
const agnostic = { classes: 2, classAware: false };
const aware = { classes: 2, classAware: true };
const event = (start: number, end: number, label = 0) => ({ start, end, label });

/** Points of the finest level, then of the next, that answer for a class. */
function answering(classes: Float32Array, label: number): number[] {
  return [...classes].flatMap((value, i) => (value === 1 && i % 2 === label ? [Math.floor(i / 2)] : []));
}

describe('points', () => {
  test('answer for an event strictly around them, in the level that holds the farther end, both ends included', () => {
    // Eight fine points, then coarse ones at 0, 2, 4 and 6; from 4 both ends are 3 steps away.
    const { classes } = pointTargets([event(1, 7)], 8, { ranges }, agnostic);
    expect(answering(classes, 0)).toEqual([3, 4, 5, 8 + 1, 8 + 3]);
  });

  test('have distances in strides of their level', () => {
    const { offsets } = pointTargets([event(1, 7)], 8, { ranges }, agnostic);
    expect([...offsets.subarray(2 * 3, 2 * 4)]).toEqual([2, 4]);
    expect([...offsets.subarray(2 * 9, 2 * 10)]).toEqual([0.5, 2.5]);
  });

  test('of a class-agnostic task answer for the shortest event and its equals', () => {
    const events = [event(0.5, 4.5, 0), event(1, 4, 1), event(1, 4.0005, 0)];
    const { classes, offsets } = pointTargets(events, 4, { ranges: [[0, 10_000]] }, agnostic);
    expect([...classes.subarray(4, 8)]).toEqual([1, 1, 1, 1]);
    expect([...offsets.subarray(4, 6)]).toEqual([1, 2]);
    expect([...classes.subarray(2, 4)]).toEqual([1, 0]);
  });

  test('of a class-aware task answer for all events, of one class for the last in the list', () => {
    const events = [event(0, 4, 0), event(1, 4, 0), event(1, 3, 1)];
    const { classes, offsets } = pointTargets(events, 4, { ranges: [[0, 10_000]] }, aware);
    expect([...classes.subarray(4, 6)]).toEqual([1, 1]);
    expect([...offsets.subarray(8, 12)]).toEqual([1, 2, 1, 1]);
  });

  test('of a clip without events answer for nothing', () => {
    const { classes, offsets } = pointTargets([], 8, { ranges }, aware);
    expect([...classes, ...offsets].every((value) => value === 0)).toBe(true);
    expect(offsets.length).toBe(12 * 2 * 2);
  });
});
