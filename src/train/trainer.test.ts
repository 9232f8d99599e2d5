// The graph that trains on a device, here on the CPU, beside the optimiser in this process.
import { describe, expect, test } from 'vitest';
import type { OpenSession, Session } from '../runtime/session.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import type { TrainingConfig } from '../systems/ma-avt/training-config.ts';
import { freshCheckpoint } from './checkpoint.ts';
import { drawnStep, norm } from './drawn-step.test-data.ts';
import { openTrainer } from './open-trainer.ts';
import type { Parameters as ParameterValues } from './optimiser.ts';

const sessions = nodeSessions({ threads: 1 });
const learningRate = 1e-3;

type Place = 'host' | 'device';

/** A device that answers nothing once it is lost. */
const device = { isLost: false };

const openOnDevice: OpenSession = Object.assign(
  async (...graph: Parameters<OpenSession>) => {
    const session = await sessions(...graph);
    const run: Session['run'] = (feeds) =>
      device.isLost ? Promise.reject(new Error('device lost')) : session.run(feeds);
    return { ...session, run };
  },
  { keepsTensors: true, activationBytes: Number.POSITIVE_INFINITY },
);

async function opened(
  place: Place,
  recipe: 'duet' | 'reference',
  changes: Partial<TrainingConfig> = {},
  clipsAtOnce?: number,
) {
  const { training, batch, parameters, model } = drawnStep(recipe);
  const checkpoint = freshCheckpoint(parameters);
  const openSession = place === 'device' ? openOnDevice : sessions;
  const notes: string[] = [];
  const onNote = (text: string) => void notes.push(text);
  const trainer = await openTrainer({
    ...model,
    openSession,
    training: { ...training, ...changes },
    checkpoint,
    clipsAtOnce,
    onNote,
  });
  return { trainer, batch, checkpoint, notes };
}

async function trained(place: Place, ...rest: [('duet' | 'reference')?, Partial<TrainingConfig>?, number?]) {
  const [recipe = 'duet', changes = {}, clipsAtOnce] = rest;
  const { trainer, batch, checkpoint, notes } = await opened(place, recipe, changes, clipsAtOnce);
  await trainer.rehearse(batch);
  // As a head start does, after the trainer was opened.
  for (const values of checkpoint.parameters.values()) values.set(values.map((value) => 0.9 * value));
  const before = new Map([...checkpoint.parameters].map(([name, values]) => [name, values.slice()]));
  const losses: number[] = [];
  for (let step = 0; step < 4; step++) {
    losses.push((await trainer.step(batch, learningRate)).loss);
    checkpoint.progress.steps++;
  }
  await trainer.collect();
  await trainer.release();
  const moved = new Map(
    [...checkpoint.parameters].map(([name, values]) => [name, values.map((value, i) => value - before.get(name)![i]!)]),
  );
  return { losses, moved, notes, state: checkpoint.state };
}

describe('four steps on the device lead to where four steps in this process do', () => {
  test.each([
    ['AdamW', 'duet', { clipNorm: 0 }, undefined],
    ['Adam with decay', 'reference', { weightDecay: 0.02 }, undefined],
    ['shortened gradients', 'duet', { clipNorm: 0.01 }, undefined],
    ['a batch in parts', 'duet', {}, 2],
  ] as const)('%s', async (_, recipe, changes, clipsAtOnce) => {
    const [host, device] = [
      await trained('host', recipe, changes, clipsAtOnce),
      await trained('device', recipe, changes, clipsAtOnce),
    ];
    expect(device.state.step).toBe(4);
    expect(device.notes).toEqual(host.notes);
    for (const [step, loss] of host.losses.entries()) expect(device.losses[step], `loss ${step}`).toBeCloseTo(loss, 5);
    expect(distance(device.state.first, host.state.first)).toBeLessThan(1e-5);
    expect(distance(device.state.second, host.state.second)).toBeLessThan(1e-5);
    // Where a gradient is zero but for rounding, as a key bias's, Adam makes full steps of the rounding.
    const sure = (values: ParameterValues) =>
      new Map([...values].filter(([name]) => norm(host.state.first.get(name)!) > 1e-5));
    expect(distance(sure(device.moved), sure(host.moved))).toBeLessThan(5e-3);
  });
});

/** Of all numbers together, relative to the second's. */
function distance(a: ParameterValues, b: ParameterValues): number {
  const all = (values: ParameterValues) => Float32Array.from([...values.values()].flatMap((part) => [...part]));
  const [left, right] = [all(a), all(b)];
  expect(right.length).toBeGreaterThan(100);
  return norm(left.map((value, i) => value - right[i]!)) / norm(right);
}

test('a step whose numbers are not finite changes nothing on the device', async () => {
  const { trainer, batch, checkpoint } = await opened('device', 'duet');
  await trainer.step(batch, learningRate);
  await trainer.collect();
  const before = [...checkpoint.parameters].map(([name, values]) => [name, values.slice()] as const);
  const images = (batch.inputs.images as Float32Array).map(() => Number.NaN);
  const broken = { ...batch, inputs: { ...batch.inputs, images } };
  await expect(trainer.step(broken, learningRate)).rejects.toThrow(/not finite at step/);
  await trainer.recover();
  await trainer.release();
  expect(checkpoint.state.step).toBe(1);
  for (const [name, values] of before) expect(checkpoint.parameters.get(name)).toEqual(values);
});

test('numbers lost with their device take the run back to what was collected last', async () => {
  const { trainer, batch, checkpoint } = await opened('device', 'duet');
  const { parameters, progress, state } = checkpoint;
  const step = async () => {
    await trainer.step(batch, learningRate);
    progress.steps++;
    progress.stepsInEpoch++;
  };
  await step();
  await trainer.collect();
  const collected = [...parameters].map(([name, values]) => [name, values.slice()] as const);
  await step();
  await step();
  device.isLost = true;
  await trainer.recover();
  device.isLost = false;
  await trainer.release();
  expect([state.step, progress.steps, progress.stepsInEpoch]).toEqual([1, 1, 1]);
  for (const [name, values] of collected) expect(parameters.get(name)).toEqual(values);
});
