import { expect, test } from 'vitest';
import type { ChunkAnswer } from './clip-events.ts';
import {
  type EventsContext,
  eventsOptionsSchema,
  eventsResult,
  eventsResultSchema,
  eventsSummary,
  eventsTimeline,
  trueTracks,
} from './result.ts';
import { gridOf } from './seconds.ts';
import { releasedSuppression } from './suppress.ts';

const context: EventsContext = {
  ...{ labels: ['cat', 'dog'], length: 64, grid: gridOf(2), seconds: 32, suppression: releasedSuppression(0.4) },
};
const proposal = (start: number, end: number, label: number, score: number) => ({ start, end, label, score });
const answers: ChunkAnswer[] = [
  {
    start: 0,
    proposals: {
      heard: [proposal(9.5, 19.5, 1, 0.9), proposal(39.5, 43.5, 1, 0.5), proposal(1.5, 2, 0, 0.4)],
      seen: [proposal(29.5, 35.5, 0, 0.35), proposal(40, 50, 1, 0.1)],
    },
    thresholds: { heard: Float32Array.of(0.3, 0.6), seen: Float32Array.of(0.3, 0.3) },
  },
];

test('events are as sure as validation asks of their class, in order, in seconds', () => {
  const result = eventsResult(answers, context, eventsOptionsSchema.parse({}));
  expect(eventsResultSchema.parse(result)).toEqual(result);
  expect(result.events.map(({ start, end, label, sense }) => [start, end, label, sense])).toEqual([
    [1, 1.25, 'cat', 'heard'],
    [5, 10, 'dog', 'heard'],
    [15, 18, 'cat', 'seen'],
  ]);
  const asked = eventsResult(answers, context, eventsOptionsSchema.parse({ threshold: 0.45, shortest: 1 }));
  expect(asked.events.map(({ start }) => start)).toEqual([5, 20]);
});

test('people are shown the events in a table and in tracks', () => {
  const result = eventsResult(answers, context, eventsOptionsSchema.parse({ threshold: 0.3 }));
  const { headline, shown } = eventsSummary(result);
  expect(headline).toBe('4 events in 0:32');
  expect(shown[0]).toMatchObject({ rows: expect.arrayContaining([['0:05.0', '0:10.0', 'dog', 'heard', 0.9]]) });
  const annotated = [{ start: 5, end: 40, label: 'dog' }];
  const truths = trueTracks([{ kind: 'events', events: annotated, sense: 'heard' }], 32);
  expect(truths[0]!.events).toEqual([{ start: 5, end: 32, label: 'dog', score: 1 }]);
  const timeline = eventsTimeline('a.mp4', result, truths);
  expect(timeline.kind === 'timeline' && timeline.tracks.map(({ name, isTrue }) => [name, isTrue])).toEqual([
    ['true, heard', true],
    ['seen', undefined],
    ['heard', undefined],
  ]);
  expect(eventsSummary({ seconds: 5, events: [] })).toEqual({ headline: '0 events in 0:05', shown: [] });
});
