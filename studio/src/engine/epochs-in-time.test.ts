import { expect, test } from 'vitest';
import { planWithin } from './epochs-in-time.ts';

const run = { settings: { epochs: 10, warmupEpochs: 1 }, clips: { train: 32, val: 12 }, batchSize: 16 };

test('the first step leads to as many epochs as fit, validation included', () => {
  const plan = planWithin({ ...run, budget: 100 });
  // Two steps of 2 s, and 12 clips twice forwards at a third of a step's 1/16: 5 s.
  expect(plan.expect(2)).toEqual({ epochs: 20, warmupEpochs: 1 });
  expect(plan.planned()).toEqual({ epochs: 20, warmupEpochs: 1 });
});

test('there are at least three epochs, with as short a warm-up, and at most sixty', () => {
  expect(planWithin({ ...run, budget: 1 }).expect(10)).toEqual({ epochs: 3, warmupEpochs: 0.5 });
  expect(planWithin({ ...run, budget: 1e6 }).expect(1).epochs).toBe(60);
});

test('the first epoch replaces the plan, and later ones only shorten it where it would take clearly too long', () => {
  const plan = planWithin({ ...run, budget: 100 });
  plan.expect(2);
  expect(plan.after(0, 0).epochs).toBe(20);
  expect(plan.after(1, 2).epochs).toBe(50);
  expect(plan.after(2, 3).epochs).toBe(50);
  expect(plan.after(3, 6.4).epochs).toBe(50);
  expect(plan.after(4, 10).epochs).toBe(40);
  // Finished epochs stay.
  expect(plan.after(5, 1000).epochs).toBe(5);
});

test('a run that goes on keeps its plan', () => {
  const plan = planWithin({ ...run, budget: undefined });
  expect([plan.planned(), plan.expect(100), plan.after(1, 1e6)]).toEqual(Array(3).fill(run.settings));
});
