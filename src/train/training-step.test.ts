import { expect, test } from 'vitest';
import { nodeSessions } from '../runtime/node.ts';
import { drawnStep } from './drawn-step.test-data.ts';
import { chunkOf } from './training-step.ts';

const { backbone } = drawnStep('duet').model;

/** With activations of 5 MB: those of four clips, or of one clip of ViT-B. */
const chunkOfBatch = (batchSize: number, mlpWidth = 768) => {
  const model = {
    ...backbone,
    config: { ...backbone.config, patchSize: 16, mlpWidth, inputSize: [224, 224] as const },
  };
  return chunkOf(batchSize, { backbone: model, openSession: nodeSessions({ activationBytes: 5e6 }) });
};

test('a batch passes in chunks that fit, in few and larger ones where they would be many', () => {
  expect([4, 8, 32].map((batch) => chunkOfBatch(batch))).toEqual([4, 4, 4]);
  expect([64, 128].map((batch) => chunkOfBatch(batch))).toEqual([8, 8]);
  expect(chunkOfBatch(256)).toBe(16);
});

test('wide activations take more chunks rather than chunks that fit nowhere', () => {
  expect(chunkOfBatch(32, 3072)).toBe(2);
});
