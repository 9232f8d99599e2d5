import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../files/safetensors.ts';
import { toFloat32, toInt32 } from '../files/tensor-values.ts';
import { retrievalMetrics } from './retrieval.ts';

const golden = new URL('../../../shared/golden/systems/vlsa-retrieval-metrics.safetensors', import.meta.url);

describe.skipIf(!existsSync(golden))('the reference`s cases', () => {
  const { tensors, metadata } = existsSync(golden)
    ? readSafetensors(readFileSync(golden))
    : { tensors: new Map(), metadata: { expected: '{}' } };
  const cases = Object.entries(JSON.parse(metadata.expected!) as Record<string, Record<string, number>>);

  test.each(cases)('%s', (name, expected) => {
    const similarity = tensors.get(`${name}.similarity`)!;
    const [queries = 0, items = 0] = similarity.shape;
    const relevant = toInt32(tensors.get(`${name}.relevant`)!);
    const metrics = retrievalMetrics({ queries, items, similarity: toFloat32(similarity), relevant });
    expect(metrics.ranks).toEqual([...toFloat32(tensors.get(`${name}.ranks`)!)]);
    const ours: Record<string, number> = {
      ...Object.fromEntries([1, 5, 10, 50].map((k) => [`R@${k}`, 100 * metrics.recallAt(k)])),
      ...Object.fromEntries([1, 5, 10].map((k) => [`precision@${k}`, 100 * metrics.precisionAt(k)])),
      mAP: 100 * metrics.meanAveragePrecision,
      medianRank: metrics.medianRank,
      meanRank: metrics.meanRank,
    };
    expect(Object.keys(ours).sort()).toEqual(Object.keys(expected).sort());
    for (const [metric, value] of Object.entries(expected)) expect(ours[metric], metric).toBeCloseTo(value, 9);
  });
});

test('ties share ranks, and of several right answers the best counts', () => {
  const relevant = [0, 1, 0, 1];
  const one = (similarity: number[]) => retrievalMetrics({ queries: 1, items: 4, similarity, relevant });
  expect(one([3, 2, 1, 0]).ranks).toEqual([2]);
  expect(one([2, 2, 2, 2]).ranks).toEqual([2]);
  expect(one([2, 1, 0, 2]).ranks).toEqual([1.5]);
  expect(one([2, 1, 0, 2]).recallAt(1)).toBe(0);
  // In the order of items 0, 3, 1, 2 the right ones come second and third.
  expect(one([2, 1, 0, 2]).meanAveragePrecision).toBeCloseTo((1 / 2 + 2 / 3) / 2, 12);
  expect(one([2, 1, 0, 2]).precisionAt(2)).toBe(0.5);
});

test('what is not a number, and a query without a right answer, are errors', () => {
  const one = (similarity: number[], relevant: number[]) => () =>
    retrievalMetrics({ queries: 1, items: 2, similarity, relevant });
  expect(one([1, Number.NaN], [1, 0])).toThrow('a similarity of query 0 is not a number');
  expect(one([1, 2], [0, 0])).toThrow('query 0 has no right answer');
});
