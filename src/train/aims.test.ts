// A model of two aims, as a GAN has them, and a stage on kept features.
import { expect, test } from 'vitest';
import { matMul, mean, multiply, subtract } from '../graph/functions.ts';
import type { Model, Stage } from '../model/model.ts';
import type { OpenSession } from '../runtime/session.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { freshCheckpoint } from './checkpoint.ts';
import { openTrainer } from './open-trainer.ts';
import type { StepBatch } from './step.ts';

const sessions = nodeSessions({ threads: 1 });
const asOnDevice: OpenSession = Object.assign((...graph: Parameters<OpenSession>) => sessions(...graph), {
  keepsTensors: true,
  activationBytes: Number.POSITIVE_INFINITY,
});

const start = { kind: 'value', value: 1 } as const;
/** Made = x w; the critic wants c made to be small, the maker wants it large. */
const model: Model = {
  parameters: new Map([
    ['made', { shape: [2, 1], initialisation: start }],
    ['critic', { shape: [1, 1], initialisation: start, aim: 'critic', rate: 2 }],
  ]),
  inputs: { x: [2] },
  targets: { y: [1] },
  encode: ({ x }, _, trained) => ({ z: matMul(x!, trained('made')) }),
  losses({ z }, { y }, trained) {
    const judged = mean(matMul(z!, trained('critic')));
    const error = subtract(z!, y!);
    return { aims: { maker: subtract(mean(multiply(error, error)), judged), critic: judged }, logged: {} };
  },
  answers: ({ x }, _, trained) => ({ z: matMul(x!, trained('made')) }),
};
const x = Float32Array.of(1, 2, 3, 4, 5, 6);
const batch = { inputs: { x }, targets: { y: Float32Array.of(1, 2, 3) } };
const clips: Stage = { name: 'clips', model, on: 'clips', trains: () => true };

async function moved(stage: Stage, openSession: OpenSession, clipsAtOnce?: number, given: StepBatch = batch) {
  const checkpoint = freshCheckpoint(new Map([...model.parameters.keys()].map((name) => [name, parameter(name)])));
  const training = { optimizer: 'adam', weightDecay: 0, clipNorm: 0, seed: 0 } as const;
  const trainer = await openTrainer({
    ...{ stage, backbone: { weights: new Map() }, batchSize: 3, openSession, training, checkpoint, clipsAtOnce },
    // Without memory of earlier gradients.
    optimisers: { critic: { beta1: 0, beta2: 0 } },
    onNote: () => undefined,
  });
  const { losses } = await trainer.step(given, 0.01);
  await trainer.collect();
  await trainer.release();
  return { losses, values: checkpoint.parameters, first: checkpoint.state.first };
}

function parameter(name: string): Float32Array {
  return name === 'made' ? Float32Array.of(1, 1) : Float32Array.of(1);
}

// z = (3, 7, 11): mean of c z is 7; d maker / d w = mean(x (2 (z - y) - c)), d critic / d c = mean(z).
const ofMaker = [0, 1].map((column) =>
  [3, 7, 11].reduce((sum, z, clip) => sum + (x[2 * clip + column]! * (2 * (z - (clip + 1)) - 1)) / 3, 0),
);

test.each([
  ['here', sessions, undefined],
  ['on a device', asOnDevice, undefined],
  ['here in parts', sessions, 1],
  ['on a device in parts', asOnDevice, 1],
] as const)(
  'each parameter has the gradient of its own aim and its own optimiser: %s',
  async (_, openSession, atOnce) => {
    const { losses, values, first } = await moved(clips, openSession, atOnce);
    expect(losses.critic).toBeCloseTo(7, 5);
    expect([...first.get('made')!]).toEqual(ofMaker.map((gradient) => expect.closeTo(0.1 * gradient, 4)));
    expect([...first.get('critic')!]).toEqual([expect.closeTo(7, 5)]);
    // Twice the rate, whole steps.
    expect(values.get('critic')![0]).toBeCloseTo(1 - 0.02, 5);
    expect(values.get('made')![0]).toBeCloseTo(1 - 0.01, 5);
  },
);

test.each([sessions, asOnDevice])(
  'a stage on kept features is fed them, and leaves what acts before them',
  async (openSession) => {
    const kept: Stage = { name: 'kept', model, on: 'kept features', trains: (name) => name === 'critic' };
    const features = { inputs: { z: Float32Array.of(3, 7, 11) }, targets: batch.targets };
    const { values, losses } = await moved(kept, openSession, undefined, features);
    expect(losses.critic).toBeCloseTo(7, 5);
    expect(values.get('critic')![0]).toBeCloseTo(1 - 0.02, 5);
    expect([...values.get('made')!]).toEqual([1, 1]);
    await expect(moved({ ...kept, trains: () => true }, openSession)).rejects.toThrow(
      /keeps features and trains .*made/,
    );
  },
);
