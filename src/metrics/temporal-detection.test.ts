import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../files/safetensors.ts';
import { toFloat32, toInt32 } from '../files/tensor-values.ts';
import { temporalAveragePrecision, temporalIou } from './temporal-detection.ts';

const golden = '../shared/golden/systems/uniav-post.safetensors';
const segment = (start: number, end: number, video = 'a') => ({ start, end, video });

describe('temporal IoU', () => {
  test('is the shared length over the covered length', () => {
    expect(temporalIou(segment(0, 2), segment(1, 4))).toBeCloseTo(1 / 4, 12);
    expect(temporalIou(segment(0, 4), segment(1, 2))).toBeCloseTo(1 / 4, 12);
    expect(temporalIou(segment(0, 1), segment(1, 2))).toBe(0);
  });
});

describe('average precision', () => {
  const truths = [segment(0, 10), segment(20, 30), segment(0, 10, 'b')];

  test('is 1 where every true segment is found first, and 0 without predictions', () => {
    const found = truths.map((truth, i) => ({ ...truth, score: 1 - i / 10 }));
    expect(temporalAveragePrecision([...found, { ...segment(50, 60), score: 0.1 }], truths, 0.95)).toBe(1);
    expect(temporalAveragePrecision([], truths, 0.5)).toBe(0);
  });

  test('a true segment is found once: a second prediction of it is false', () => {
    const twice = [0.9, 0.8].map((score) => ({ ...segment(0, 10), score }));
    const other = { ...segment(20, 30), score: 0.7 };
    // Right, false, right: precision 1, then 2/3 at the third rank, of three true segments.
    expect(temporalAveragePrecision([...twice, other], truths, 0.5)).toBeCloseTo((1 + 2 / 3) / 3, 12);
  });

  test('a segment of another video does not count', () => {
    expect(temporalAveragePrecision([{ ...segment(0, 10, 'c'), score: 1 }], truths, 0.5)).toBe(0);
  });
});

describe.skipIf(!existsSync(golden))('the released evaluator', () => {
  test('gives the same average precision for each class and threshold', () => {
    const { tensors } = readSafetensors(readFileSync(golden), golden);
    const floats = (name: string) => [...toFloat32(tensors.get(`metric.${name}`)!)];
    const integers = (name: string) => [...toInt32(tensors.get(`metric.${name}`)!)];
    const thresholds = floats('thresholds');
    const read = (side: string) => {
      const [ends, videos, labels] = [
        floats(`${side}.segments`),
        integers(`${side}.video`),
        integers(`${side}.labels`),
      ];
      return labels.map((label, i) => ({ ...segment(ends[2 * i]!, ends[2 * i + 1]!, `${videos[i]}`), label }));
    };
    const scores = floats('predictions.scores');
    const predictions = read('predictions').map((prediction, i) => ({ ...prediction, score: scores[i]! }));
    const truths = read('truth');
    const expected = floats('average_precision');
    for (let label = 0; label < 4; label++) {
      const ofLabel = <Item extends { label: number }>(items: Item[]) => items.filter((item) => item.label === label);
      for (const [column, threshold] of thresholds.entries())
        expect(temporalAveragePrecision(ofLabel(predictions), ofLabel(truths), threshold)).toBeCloseTo(
          expected[label * thresholds.length + column]!,
          6,
        );
    }
  });
});
