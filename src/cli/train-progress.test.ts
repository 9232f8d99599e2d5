import { expect, test } from 'vitest';
import type { TrainEvent, TrainResult } from '../run/train-node.ts';
import { recipes } from '../systems/ma-avt/recipes.ts';
import { maAvtSystem as system } from '../systems/ma-avt/system.ts';
import type { System } from '../systems/system.ts';
import { createProgress } from './progress.ts';
import { trainText } from './train.ts';
import { showTraining } from './train-progress.ts';

const start = {
  kind: 'start',
  system: system as System,
  config: {
    version: 2,
    system: 'ma-avt',
    data: '/videos',
    backbone: { source: 'vit-micro', hash: '0', imageSize: [160, 224] },
    classes: ['cat', 'dog'],
    training: { ...recipes.duet, epochs: 4 },
  },
  parameters: { trainable: 1234567, adapter: 24000, inference: 2879000 },
  dataset: {
    name: 'videos',
    root: '/videos',
    classes: ['cat', 'dog'],
    examples: [],
    splitOrigin: 'drawn',
    ignored: [],
    layout: 'folder',
    missing: [],
  },
  provider: 'cpu',
  epochs: 4,
  epochsDone: 2,
} as const satisfies TrainEvent;

const losses = { total: 1.25, foreground: 1, background: 0.25, contrastive: 0, own: 0 };
const record = {
  learningRate: 1e-3,
  losses,
  trainAccuracy: 0.5,
  seconds: 1,
};
const epoch = (number: number): TrainEvent => ({
  kind: 'epoch',
  record: { ...record, epoch: number, validation: { accuracy: 0.842, loss: 1 } },
  isBest: true,
});

test('a resumed run shows its settings once, its epochs, and the time that is left', () => {
  const written: string[] = [];
  let seconds = 0;
  const stream = { isTTY: false, write: (text: string) => written.push(text) };
  const show = showTraining(createProgress(stream, {}, { now: () => seconds }));
  show({ kind: 'prepare', done: 5, total: 5, failed: 2 });
  show(start);
  for (const number of [3, 4]) {
    for (let step = 1; step <= 2; step++) {
      seconds += 10;
      show({ kind: 'step', epochs: 4, epoch: number - 1, step, steps: 2, loss: 1.5 });
    }
    show(epoch(number));
  }
  const text = written.join('');
  expect(written[0]).toMatch(/^decode 5\/5 · 2 skipped/);
  expect(text).toMatch(/backbone +vit-micro, 224 × 160 pixels\n/);
  expect(text).toMatch(/parameters +1,234,567 trained, 24,000 in the adapter, 2,879,000 with the backbone\n/);
  expect(text).toMatch(/learningRate +0.001\n/);
  expect(text.match(/learningRate/g)?.length).toBe(1);
  expect(text).toContain('epoch 3/4 · loss 1.250 · val 84.2 % · 0:10 left · step 1/2 · loss 1.500\n');
  expect(written.at(-1)).toMatch(/^epoch 4\/4 · loss 1.250 · val 84.2 % · took 0:40\n$/);
});

test('each stage counts its own epochs', () => {
  const written: string[] = [];
  let seconds = 0;
  const stream = { isTTY: false, write: (text: string) => written.push(text) };
  const show = showTraining(createProgress(stream, {}, { now: () => seconds }));
  show({ ...start, epochs: 1, epochsDone: 0 });
  for (const epochs of [1, 4])
    for (const number of [1, 2].slice(0, epochs)) {
      seconds += 20;
      show({ kind: 'step', epochs, epoch: number, step: 1, steps: 2, loss: 1.5 });
      show({ kind: 'epoch', record: { ...record, epoch: number, validation: null }, isBest: true });
    }
  const text = written.join('');
  expect(text).toContain('epoch 1/1 · loss 1.250 · took 0:20');
  expect(text).toContain('epoch 1/4 · loss 1.250');
});

test('the end says what was kept, what was skipped, and what to type next', () => {
  const result: TrainResult = {
    run: '/runs/my first',
    outcome: 'finished',
    provider: 'cpu',
    system: 'ma-avt',
    history: [{ ...record, epoch: 1, validation: { accuracy: 0.5, loss: 1 } }],
    best: { epoch: 1, metrics: { accuracy: 0.5, loss: 1 } },
    parameters: { trainable: 1000, adapter: 500, inference: 9000 },
    skipped: [{ id: 'dog/1.mp4', reason: 'The clip has no sound.' }],
  };
  expect(trainText(result, { data: 'videos', out: 'my first', metric: system.metrics[0] })).toBe(
    'Trained 1 epoch. Parameters: 1,000 trained, 500 in the adapter, 9,000 with the backbone.\n' +
      'Kept epoch 1: accuracy 50.0 % on the validation clips.\nSkipped 1 file:\n  dog/1.mp4: The clip has no sound.\n' +
      "Next:  duet evaluate 'my first' videos\n",
  );
  expect(trainText({ ...result, outcome: 'interrupted' }, { data: 'videos', out: 'run' })).toContain(
    'Go on:  duet train --out run --resume\n',
  );
  expect(trainText({ ...result, outcome: 'interrupted' }, { data: 'videos', out: 'run', threads: 1 })).toContain(
    '--resume --threads 1\n',
  );
});
