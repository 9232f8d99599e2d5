import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differenceOf } from './compare.ts';
import { floorOf } from './floor.ts';
import { graphOperations } from './graph-operations.ts';
import { benchModel } from './models.ts';
import type { Job } from './protocol.ts';
import { spreadOf } from './statistics.ts';

const machine = { operationsPerSecond: 1e9, int8OperationsPerSecond: 4e9, bytesPerSecond: 1e12 };

describe('the floor of a job', () => {
  let folder: string;
  let model: Awaited<ReturnType<typeof benchModel>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'duet-bench-'));
    model = await benchModel('micro', folder, 2);
  });
  afterAll(() => rm(folder, { recursive: true }));

  // Heads, projections and light self-attention are left out of the floor, and the graph may do more than it has to.
  const share = async (job: Job) => (await graphOperations(job)) / floorOf(job, model.config, machine)!.operations;

  test('counts what the graph of a prediction multiplies', async () => {
    const over = await share({ kind: 'predict', files: model.files, clips: 1, batch: 1 });
    expect(over).toBeGreaterThanOrEqual(1);
    expect(over).toBeLessThan(1.02);
  });

  test('is below what the graph of a training step multiplies, and not far', async () => {
    const over = await share({ kind: 'step', files: model.files, batch: 2 });
    expect(over).toBeGreaterThanOrEqual(1);
    expect(over).toBeLessThan(1.25);
  });

  test('is lower in eight bits, but not by more than eight bits are faster', () => {
    const job: Job = { kind: 'step', files: model.files, batch: 2 };
    const { milliseconds, int8Milliseconds } = floorOf(job, model.config, machine)!;
    expect(int8Milliseconds).toBeLessThan(milliseconds);
    expect(int8Milliseconds).toBeGreaterThan(milliseconds / 4);
  });

  test('is the time of the weights through memory where that takes longer', () => {
    const job: Job = { kind: 'predict', files: model.files, clips: 1, batch: 1 };
    const { bytes, milliseconds } = floorOf(job, model.config, {
      ...machine,
      operationsPerSecond: 1e15,
      bytesPerSecond: 1e6,
    })!;
    expect(milliseconds).toBeCloseTo(bytes / 1000);
  });
});

test('quartiles lie between their neighbours', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, lower: 1.75, upper: 3.25, samples: 4 });
});

test('outputs that a side lacks differ without limit, others by the worst share of the largest', () => {
  expect(differenceOf({ a: [1, 2] }, { a: [1, 2], b: [1] })).toBe(Number.POSITIVE_INFINITY);
  expect(differenceOf({ a: [1, 2], b: [10] }, { a: [1, 4], b: [11] })).toBe(0.5);
});
