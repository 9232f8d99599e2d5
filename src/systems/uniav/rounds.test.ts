import { expect, test } from 'vitest';
import { afterValidation, learningRateOfRound, roundsInEpoch, taskStart, tasksOfRound } from './rounds.ts';

function after(scores: readonly number[]) {
  return scores.reduce(afterValidation, taskStart);
}

test('a task pauses after two validations without progress, and goes on when it gets worse', () => {
  expect(after([0.5, 0.5]).isPaused).toBe(false);
  expect(after([0.5, 0.5, 0.5004]).isPaused).toBe(true);
  // Right after a change nothing counts against the task.
  expect(after([0.5, 0.5, 0.5, 0.4999]).isPaused).toBe(true);
  const resumed = after([0.5, 0.5, 0.5, 0.49]);
  expect(resumed.isPaused).toBe(false);
  expect([0.48, 0.48].reduce(afterValidation, resumed).isPaused).toBe(false);
  expect([0.48, 0.48, 0.48].reduce(afterValidation, resumed).isPaused).toBe(true);
});

test('progress starts the count again', () => {
  expect(after([0.5, 0.5, 0.6, 0.6]).isPaused).toBe(false);
  expect(after([0.5, 0.5, 0.6]).best).toBe(0.6);
});

test('a paused task takes every fourth round', () => {
  const progress = new Map([
    ['running', taskStart],
    ['paused', { ...taskStart, isPaused: true }],
  ]);
  expect([0, 1, 2, 3, 4].map((round) => tasksOfRound(round, progress).length)).toEqual([2, 1, 1, 1, 2]);
  expect(roundsInEpoch([33, 16], 16)).toBe(3);
});

test('the learning rate rises in a straight line and falls along half a cosine', () => {
  const schedule = { learningRate: 1e-3, warmupRounds: 5, rounds: 25 };
  const rates = [0, 2, 4, 5, 15, 25].map((round) => learningRateOfRound(round, schedule));
  const expected = [0, 0.5e-3, 1e-3, 1e-3, (1e-3 + 1e-8) / 2, 1e-8];
  for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[i]!, 12);
});
