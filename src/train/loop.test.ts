import { expect, test } from 'vitest';
import type { Batch } from '../data/batch.ts';
import type { Feed } from '../data/feed.ts';
import { parameterLengths } from '../model/parameters.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, freshCheckpoint } from './checkpoint.ts';
import { batchSize, drawnStep } from './drawn-step.test-data.ts';
import { type Outcome, trainingLoop } from './loop.ts';
import { openTrainer } from './open-trainer.ts';

const openSession = nodeSessions({ threads: 1 });
const stepsInEpoch = 4;

/** Epochs of four batches, the clips in another order in each; loading the batch number `broken` fails. */
function feedOf(broken?: number): Feed {
  const { inputs: arrays } = drawnStep('duet').batch;
  const feed: Pick<Feed, 'count' | 'rows' | 'batches'> = {
    rows: async () => stepsInEpoch * batchSize,
    count: async (split) => (split === 'train' ? stepsInEpoch * batchSize : 0),
    async *batches(_, { epoch }) {
      for (let step = 0; step < stepsInEpoch; step++) {
        if (epoch * stepsInEpoch + step === broken) throw new Error('the disk is gone');
        const rows = Array.from({ length: batchSize }, (_, clip) => {
          const label = ((clip + step + epoch) % 4) - 1;
          const own = Math.max(0, label);
          return { clips: ['', ''], target: { label, picture: own, sound: own } };
        });
        yield { rows, arrays: arrays as Batch['arrays'], count: batchSize } satisfies Batch;
      }
    },
  };
  return feed as Feed;
}

/** Trains two epochs, or until it fails. @returns what was saved within epochs. */
async function trained(
  checkpoint: Checkpoint,
  feed: Feed,
): Promise<{ saved: Uint8Array[]; outcome: Outcome | string }> {
  const { training: settings, model } = drawnStep('duet');
  const { stepBatch, judge } = model.stage;
  const training = { ...settings, epochs: 2, warmupEpochs: 1 };
  const onNote = () => undefined;
  const trainer = await openTrainer({ ...model, openSession, training, checkpoint, onNote, averaging: 0.9 });
  const saved: Uint8Array[] = [];
  const outcome = await trainingLoop({
    ...{ training, feed, trainer, checkpoint, batchSize, signal: undefined },
    lesson: { stepBatch, judge: judge!, validate: async (folded) => ({ folded, metrics: undefined }) },
    metrics: [],
    onStep: () => undefined,
    onEpoch: async () => undefined,
    saveInterval: 0,
    onSave: () => void saved.push(encodeCheckpoint(checkpoint)),
  }).catch((error: Error) => error.message);
  await trainer.release();
  return { saved, outcome };
}

function fresh(): Checkpoint {
  return freshCheckpoint(drawnStep('duet').parameters);
}

test('a run that ends without a warning goes on from what was saved within its epoch, to the same numbers', async () => {
  const whole = fresh();
  expect(await trained(whole, feedOf())).toMatchObject({ outcome: 'finished', saved: { length: 2 * stepsInEpoch } });

  const { saved, outcome } = await trained(fresh(), feedOf(stepsInEpoch + 2));
  expect(outcome).toBe('the disk is gone');
  expect(saved).toHaveLength(stepsInEpoch + 2);
  const lengths = parameterLengths(drawnStep('duet').model.stage.model.parameters);
  const restored = decodeCheckpoint(saved.at(-1)!, lengths, 'the checkpoint');
  expect(restored.progress).toMatchObject({ epoch: 1, stepsInEpoch: 2, steps: stepsInEpoch + 2 });
  expect((await trained(restored, feedOf())).outcome).toBe('finished');
  for (const [name, values] of whole.parameters) expect(restored.parameters.get(name), name).toEqual(values);
  expect(restored.average).toEqual(whole.average);
  expect(restored.average).not.toEqual(restored.parameters);
});
