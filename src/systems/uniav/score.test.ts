import { expect, test } from 'vitest';
import { scoreEvents, shownScores } from './score.ts';

const event = (start: number, end: number, label = 'dog', video = 'a') => ({ start, end, label, video });
const clips = new Map([
  ['a', 60],
  ['b', 60],
]);
const truths = [event(0, 5), event(20, 25, 'cat'), event(10, 15, 'dog', 'b')];

test('events found exactly have the best score there is, whichever clips are drawn', () => {
  const detections = truths.map((truth, i) => ({ ...truth, score: 0.9 - i / 10 }));
  const score = scoreEvents({ clips, detections, truths, thresholds: new Map() });
  expect(score).toMatchObject({
    ...{ meanPrecision: 1, precisionAtHalf: 1, activityNetPrecision: 1, eventF1: 1, segmentF1: 1 },
    ...{ psdsTimes: 1, psdsClasses: 1, meanPrecisionInterval: { low: 1, high: 1 } },
  });
  expect(score.classes.map(({ label, events }) => [label, events])).toEqual([
    ['cat', 1],
    ['dog', 2],
  ]);
  expect(score.classes[1]!.precisionAtHalfInterval).toEqual({ low: 1, high: 1 });
  const [measures, classes] = shownScores([
    ['seen', score],
    ['heard', score],
  ]);
  expect(measures!.shown[0]).toMatchObject({
    rows: expect.arrayContaining([
      ['mAP at temporal IoU 0.5', '100.0 % (100.0 % to 100.0 %)', '100.0 % (100.0 % to 100.0 %)'],
    ]),
  });
  expect(classes!.shown[0]).toMatchObject({ rows: { length: 4 } });
});

test('an event counts for F1 from its class’s threshold on', () => {
  const detections = truths.map((truth) => ({ ...truth, score: 0.4 }));
  const f1 = (thresholds: Map<string, number>) => scoreEvents({ clips, detections, truths, thresholds }).eventF1;
  expect(f1(new Map())).toBe(0);
  expect(f1(new Map([['dog', 0.3]]))).toBe(0.5);
});

test('an interval is over the clips that have events of the class', () => {
  const detections = truths.map((truth) => ({ ...truth, score: 0.9 }));
  const [cat] = scoreEvents({ clips, detections, truths, thresholds: new Map() }).classes;
  expect(cat!.precisionAtHalfInterval).toEqual({ low: 1, high: 1 });
});

test('without true events there is nothing to say', () => {
  const score = scoreEvents({ clips, detections: [], truths: [], thresholds: new Map() });
  expect(score.meanPrecision).toBeNull();
  expect(score.psdsTimes).toBeNull();
  expect(shownScores([['heard', score]])[0]!.shown[0]).toMatchObject({
    rows: expect.arrayContaining([['F1 of events', '–']]),
  });
});
