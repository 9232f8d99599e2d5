import { expect, test } from 'vitest';
import { better, threadCounts, tune } from './tune-node.ts';

test('threads are tried from all cores down to one, in few steps', () => {
  expect(threadCounts(1)).toEqual([1]);
  expect(threadCounts(12)).toEqual([12, 6, 3, 1]);
  expect(threadCounts(128)).toHaveLength(5);
});

test('a gain of less than three in a hundred changes nothing', () => {
  const usual = { threads: 4, milliseconds: 100, runs: 5 };
  expect(better([usual, { threads: 2, milliseconds: 98, runs: 5 }])).toBe(usual);
  expect(better([usual, { threads: 2, milliseconds: 90, runs: 5 }]).threads).toBe(2);
});

test('tuning on one core times real steps and gives one of the settings that it tried', async () => {
  const { best, trials, eightBits } = await tune({ cores: 1, seconds: 0.1, imageSize: 32 });
  expect(best.threads).toBe(1);
  expect(eightBits).toBeGreaterThan(0);
  expect([undefined, ...trials.map(({ activationBytes }) => activationBytes)]).toContain(best.activationBytes);
  for (const { milliseconds, runs } of trials) {
    expect(milliseconds).toBeGreaterThan(0);
    expect(runs).toBeGreaterThanOrEqual(2);
  }
}, 300_000);

test('a stopped tuning ends', async () => {
  await expect(tune({ cores: 1, imageSize: 32, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
    'enough',
  );
});
