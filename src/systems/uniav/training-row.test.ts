import { expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import type { NetworkConfig } from './config.ts';
import { pointCount } from './config.ts';
import { branchCount } from './network.ts';
import { trainingRow } from './training-row.ts';

const config: NetworkConfig = {
  ...{ visualWidth: 2, audioWidth: 1, width: 4, heads: 2, selfBlocks: 1, headWidth: 4, textWidth: 3, dropPath: 0.25 },
  firstDistance: 0,
  ranges: [
    [0, 4],
    [4, 10_000],
  ],
  tasks: {
    actions: {
      ...{ kind: 'TAL', classes: 2, classAware: true, maxLength: 8, labelSmoothing: 0 },
      ...{ regressionWeight: 1, normaliser: 10 },
    },
  },
};
const clip = {
  ...{ steps: 5, visual: new Float32Array(10).fill(3), audio: new Float32Array(5).fill(3) },
  events: { TAL: [{ start: 0.5, end: 3.5, label: 1 }] },
};

test('a row is padded to the length of the graph, and its points end with the clip', () => {
  const row = trainingRow(clip, 'actions', config, createRandom('row'));
  expect([...row.visual!].filter((value) => value === 3)).toHaveLength(10);
  expect([...row.mask!]).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
  expect([...row.valid!]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0]);
  expect(row.classes).toHaveLength(2 * pointCount(8, config));
  expect([...row.classes!.subarray(2, 8)]).toEqual([0, 1, 0, 1, 0, 1]);
});

test('branches are skipped as often as is said, and their mean stays', () => {
  const draws = Array.from({ length: 400 }, (_, i) => [
    ...trainingRow(clip, 'actions', config, createRandom('branches', i)).factors!,
  ]).flat() as number[];
  expect(draws).toHaveLength(400 * branchCount(config));
  expect(new Set(draws).size).toBe(2);
  expect(draws.reduce((sum, factor) => sum + factor, 0) / draws.length).toBeCloseTo(1, 1);
});
