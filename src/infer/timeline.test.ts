import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timelineEvents, windowStarts } from './timeline.ts';

test('windows cover a clip from its start to its end without leaving it', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      fc.double({ min: 0.1, max: 5, noNaN: true }),
      (duration, hop) => {
        const starts = windowStarts(duration, 5, hop);
        expect(starts[0]).toBe(0);
        expect(starts.at(-1)! + 5).toBeGreaterThanOrEqual(Math.min(duration, 5) - 0.01);
        if (duration > 5) expect(starts.at(-1)! + 5).toBeLessThanOrEqual(duration + 1e-9);
        for (const [index, start] of starts.slice(1).entries())
          expect(start - starts[index]!).toBeLessThanOrEqual(hop + 1e-9);
      },
    ),
  );
});

test('equal neighbours merge, background parts them, and weak events are left out', () => {
  const window = (start: number, label: string | undefined, probability: number) => ({
    start,
    end: start + 4,
    label,
    probability,
  });
  const windows = [
    window(0, 'dog', 0.9),
    window(2, 'dog', 0.7),
    window(4, undefined, 0.8),
    window(6, 'dog', 0.6),
    window(8, 'cat', 0.3),
  ];
  expect(timelineEvents(windows, 0.5)).toEqual([
    { start: 0, end: 5, label: 'dog', probability: 0.8 },
    { start: 7, end: 9, label: 'dog', probability: 0.6 },
  ]);
});
