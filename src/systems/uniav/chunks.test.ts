import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkStarts, ownProposals } from './chunks.ts';

test('every event is some chunk’s own, exactly once, wherever it lies', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, share) => {
      const length = 16;
      const starts = chunkStarts(rows, length);
      expect(starts.at(-1)! + length).toBeGreaterThanOrEqual(rows);
      const event = { start: share * rows - 1, end: share * rows + 1, label: 0, score: 1 };
      const own = starts.flatMap((start, index) =>
        ownProposals([{ ...event, start: event.start - start, end: event.end - start }], {
          ...{ start, length, isFirst: index === 0, isLast: index === starts.length - 1 },
        }),
      );
      expect(own).toHaveLength(1);
      expect(own[0]!.start).toBeCloseTo(event.start, 9);
    }),
  );
});

test('a clip that fits is one chunk, and no chunk lies within the one before', () => {
  expect(chunkStarts(16, 16)).toEqual([0]);
  expect(chunkStarts(17, 16)).toEqual([0, 8]);
  expect(chunkStarts(24, 16)).toEqual([0, 8]);
  expect(chunkStarts(25, 16)).toEqual([0, 8, 16]);
});
