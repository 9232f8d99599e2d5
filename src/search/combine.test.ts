import { expect, test } from 'vitest';
import { bestMoments, combineEvidence } from './combine.ts';

const all = () => true;

test('evidence on any scale counts as deviations from its own mean, and what is not wanted is taken off', () => {
  const words = Float32Array.of(1, 0, 0, 1, 0, 0);
  const sound = Float32Array.of(300, 100, 100, 100, 100, 100);
  const both = combineEvidence(
    [
      { scores: words, weight: 1 },
      { scores: sound, weight: 1 },
    ],
    all,
  );
  expect([...both].indexOf(Math.max(...both))).toBe(0);
  expect(both.reduce((total, value) => total + value, 0)).toBeCloseTo(0, 5);
  expect(Math.sqrt(both.reduce((total, value) => total + value ** 2, 0) / 6)).toBeCloseTo(1, 5);
  const without = combineEvidence(
    [
      { scores: words, weight: 1 },
      { scores: sound, weight: -1 },
    ],
    all,
  );
  expect([...without].indexOf(Math.max(...without))).toBe(3);
});

test('rows without wanted evidence, and rows that are gone, are never found and move nobody`s score', () => {
  const scores = Float32Array.of(3, 1, 2, Number.NaN, 1e6);
  const combined = combineEvidence([{ scores, weight: 1 }], (row) => row !== 4);
  expect([...combined.subarray(3)]).toEqual([-Infinity, -Infinity]);
  expect([...combined.subarray(0, 3)]).toEqual([...combineEvidence([{ scores: scores.slice(0, 3), weight: 1 }], all)]);
});

test('where all rows score alike none stands out', () => {
  const combined = combineEvidence([{ scores: new Float32Array(5).fill(0.7), weight: 1 }], all);
  expect(combined.every((value) => Math.abs(value) < 1e-3)).toBe(true);
  const windowOf = (row: number) => ({ path: 'a', start: row, end: row + 1 });
  expect(bestMoments(combined, windowOf, { top: 5, threshold: 2, onePerFile: false })).toEqual([]);
});

const windows = [
  { path: 'a', start: 0, end: 4 },
  { path: 'a', start: 2, end: 6 },
  { path: 'a', start: 4, end: 8 },
  { path: 'a', start: 20, end: 24 },
  { path: 'b', start: 0, end: 4 },
];
const windowOf = (row: number) => windows[row]!;

test('neighbours that score at least half as much join a moment, others do not', () => {
  const found = bestMoments(Float32Array.of(2, 4, 1, 3, 3.5), windowOf, { top: 5, threshold: 0, onePerFile: false });
  expect(found).toEqual([
    { path: 'a', start: 0, end: 6, score: 4, row: 1 },
    { path: 'b', start: 0, end: 4, score: 3.5, row: 4 },
    { path: 'a', start: 20, end: 24, score: 3, row: 3 },
  ]);
});

test('only so many moments, one of a file if asked, and none below the threshold', () => {
  const scores = Float32Array.of(2, 4, 1, 3, 3.5);
  const rows = (top: number, threshold: number, onePerFile: boolean) =>
    bestMoments(scores, windowOf, { top, threshold, onePerFile }).map(({ row }) => row);
  expect(rows(2, 0, false)).toEqual([1, 4]);
  expect(rows(5, 0, true)).toEqual([1, 4]);
  expect(rows(5, 3.2, false)).toEqual([1, 4]);
  expect(rows(5, 5, false)).toEqual([]);
});
