import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../files/safetensors.ts';
import { toFloat32, toInt32 } from '../files/tensor-values.ts';
import {
  activityNetIous,
  classPrecisions,
  type DetectedEvent,
  eventCounts,
  f1Of,
  type LabelledSegment,
  meanAveragePrecisions,
  merged,
  segmentCounts,
  tenthIous,
} from './event-detection.ts';
import { polyphonicScore, scenarios } from './polyphonic-detection.ts';

const golden = '../shared/golden/systems/uniav-post.safetensors';
const event = (start: number, end: number, label = 'dog', video = 'a'): LabelledSegment => ({
  ...{ start, end, label, video },
});
const scored = (segment: LabelledSegment, score: number): DetectedEvent => ({ ...segment, score });

describe.skipIf(!existsSync(golden))('the evaluators in use', () => {
  const read = (part: string) => {
    const { tensors } = readSafetensors(readFileSync(golden), golden);
    const floats = (name: string) => toFloat32(tensors.get(`${part}.${name}`)!);
    const whole = (name: string) => [...toInt32(tensors.get(`${part}.${name}`)!)];
    const events = (side: string) => {
      const [ends, videos, labels] = [floats(`${side}.segments`), whole(`${side}.video`), whole(`${side}.labels`)];
      return labels.map((label, i) => event(ends[2 * i]!, ends[2 * i + 1]!, `${label}`, `${videos[i]}`));
    };
    const scores = floats('predictions.scores');
    const detections = events('predictions').map((detection, i) => scored(detection, scores[i]!));
    return { floats, whole, detections, truths: events('truth') };
  };

  test('of ActivityNet and UniAV have the same mean average precision', () => {
    const { floats, detections, truths } = read('metric');
    const mean = (ious: readonly number[]) => meanAveragePrecisions(classPrecisions(detections, truths, ious));
    const expected = floats('mean_average_precision');
    for (const [column, value] of mean([...floats('thresholds')]).entries())
      expect(value).toBeCloseTo(expected[column]!, 6);
    const average = (ious: readonly number[]) => mean(ious).reduce((sum, value) => sum + value, 0) / ious.length;
    // As the file's metadata have them.
    expect(average(activityNetIous)).toBeCloseTo(0.34469060190278983, 6);
    expect(average(tenthIous)).toBeCloseTo(0.46254461493528837, 6);
  });

  test('of sound events have the same F1 by events and by segments', () => {
    const { floats, whole, detections, truths } = read('sed');
    const confident = merged(detections.filter(({ score }) => score > 0.5));
    const counts = [...eventCounts(confident, truths).values()];
    expect(counts.flatMap(({ found, falseAlarms, missed }) => [found, falseAlarms, missed])).toEqual(
      whole('event_counts'),
    );
    for (const [label, value] of counts.map(f1Of).entries()) expect(value).toBeCloseTo(floats('event_f1')[label]!, 6);
    for (const [label, value] of [...segmentCounts(confident, truths).values()].map(f1Of).entries())
      expect(value).toBeCloseTo(floats('segment_f1')[label]!, 6);
  });

  test('of sound events have the same PSDS in both scenarios', () => {
    const { floats, detections, truths } = read('sed');
    const seconds = 16 * 70;
    const ours = [scenarios.exactTimes, scenarios.rightClasses].map((scenario) =>
      polyphonicScore(detections, truths, seconds, scenario),
    );
    for (const [i, value] of ours.entries()) expect(value).toBeCloseTo(floats('psds')[i]!, 6);
  });
});

describe('mean average precision', () => {
  const truths = [event(0, 10), event(20, 30), event(0, 10, 'dog', 'b'), event(0, 10, 'cat', 'c')];
  const detections = [scored(event(0, 10), 0.9), scored(event(40, 50), 0.8), scored(event(0, 10, 'dog', 'b'), 0.7)];

  test('of a video that counts twice is that of two such videos', () => {
    const weightOf = (video: string) => (video === 'a' ? 2 : 1);
    const copies = <Event extends LabelledSegment>(events: readonly Event[]) =>
      events.flatMap((one) => (one.video === 'a' ? [one, { ...one, video: 'copy' }] : [one]));
    const twice = classPrecisions(copies(detections), copies(truths), [0.5]);
    expect(meanAveragePrecisions(classPrecisions(detections, truths, [0.5]), weightOf)).toEqual(
      meanAveragePrecisions(twice),
    );
  });

  test('counts an event that is listed twice once, and leaves out classes that no counted video has', () => {
    const repeated = classPrecisions(detections, [...truths, event(0.0004, 10)], [0.5]);
    expect(meanAveragePrecisions(repeated)[0]).toBeCloseTo((1 / 3 + 2 / 9 + 0) / 2, 12);
    expect(meanAveragePrecisions(repeated, (video) => Number(video === 'b'))).toEqual([1]);
    expect(meanAveragePrecisions([])).toEqual([Number.NaN]);
  });
});

describe('matching by events', () => {
  test('finds as many as can be found, not as a greedy choice would', () => {
    // The first detection fits both true events, the second only the first of them.
    const truths = [event(0, 1), event(0.3, 1.3)];
    expect(eventCounts([event(0.15, 1.15), event(0, 0.9)], truths).get('dog')).toEqual({
      ...{ found: 2, falseAlarms: 0, missed: 0 },
    });
  });

  test('lets the ends of long events differ by a share of their length', () => {
    expect(eventCounts([event(0, 11.9)], [event(0, 10)]).get('dog')!.found).toBe(1);
    expect(eventCounts([event(0, 12.1)], [event(0, 10)]).get('dog')!.found).toBe(0);
    expect(eventCounts([event(0.3, 10)], [event(0, 10)]).get('dog')!.found).toBe(0);
  });
});
