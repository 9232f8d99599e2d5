import { expect, test } from 'vitest';
import { bestThresholds, clearEvents } from './event-thresholds.ts';

const event = (start: number, end: number, score: number, label = 'dog') => ({
  ...{ start, end, score, label },
  video: 'a',
});

test('the threshold of a class is where its events are found with the fewest false alarms', () => {
  const truths = [event(0, 5, 1), event(10, 15, 1), event(20, 25, 1, 'cat')];
  const detections = [event(0, 5, 0.9), event(10, 15, 0.6), event(30, 35, 0.5), event(50, 55, 0.4)];
  // Without a right detection nothing but the surest is let through.
  const thresholds = bestThresholds([...detections, event(0, 1, 0.7, 'cat'), event(3, 4, 0.2, 'cat')], truths);
  expect([...thresholds]).toEqual([
    ['cat', 0.7],
    ['dog', 0.6],
  ]);
});

test('a list holds what is likely and long enough, with touching events of one class joined', () => {
  const detections = [
    ...[event(0, 2, 0.5), event(2, 4, 0.8), event(3.5, 4, 0.9, 'cat'), event(6, 9, 0.2), event(6, 6.05, 0.9)],
    event(8, 9, 0.4, 'new'),
  ];
  const list = clearEvents(detections, { thresholds: new Map([['dog', 0.3]]), otherwise: 0.35, shortest: 0.1 });
  expect(list).toEqual([event(0, 4, 0.8), event(3.5, 4, 0.9, 'cat'), event(8, 9, 0.4, 'new')]);
});
