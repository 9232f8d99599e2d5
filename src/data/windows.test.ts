import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Media } from '../media/media.ts';
import { candidateWindows, frameTime, middleOf, wholeClip, windowAt } from './windows.ts';

test('a clip not longer than the window is its own only window', () => {
  expect(candidateWindows({ start: 2, end: 5 }, 5)).toEqual([{ start: 2, end: 5 }]);
});

test('a clip a hair longer than the window, as AAC makes them, still has one window, in its middle', () => {
  expect(candidateWindows({ start: 0, end: 5.02 }, 5)).toHaveLength(1);
  expect(candidateWindows({ start: 0, end: 5.02 }, 5)[0]!.start).toBeCloseTo(0.01);
});

test('windows of longer clips lie inside the clip, reach both ends, ascend, and the middle one is in the clip’s middle', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e4, noNaN: true }),
      fc.double({ min: 0.01, max: 1e4, noNaN: true }),
      (start, length) => {
        const clip = { start, end: start + length };
        const windows = candidateWindows(clip, 3);
        expect(windows.length % 2).toBe(1);
        expect(windows.length).toBeLessThanOrEqual(7);
        expect(frameTime(windows[middleOf(windows)]!)).toBeCloseTo(start + length / 2, 6);
        windows.forEach((window, index) => {
          expect(window.start).toBeGreaterThanOrEqual(start);
          expect(window.end).toBeLessThanOrEqual(clip.end + 1e-9 * clip.end);
          if (index > 0) expect(window.start).toBeGreaterThan(windows[index - 1]!.start);
        });
        if (windows.length > 1) {
          expect(windows[0]!.start).toBe(start);
          expect(windows.at(-1)!.end).toBeCloseTo(clip.end, 6);
        }
      },
    ),
  );
});

test('a clip of zero length is refused', () => {
  expect(() => wholeClip({ duration: 0 } as Media)).toThrow(/zero length/);
});

test('a window is cut at the clip’s end and cannot start outside the clip', () => {
  expect(windowAt({ start: 1, end: 4 }, 3, 5)).toEqual({ start: 3, end: 4 });
  expect(() => windowAt({ start: 1, end: 4 }, 4, 5)).toThrow(/cannot start at 4 s/);
});
