import { afterAll, expect, test } from 'vitest';
import { mapTensors } from '../model/passage.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { drawnStep } from './drawn-step.test-data.ts';
import { openStep } from './open-step.ts';
import { openTrainingStep, type TrainingStep } from './step.ts';

const steps: TrainingStep[] = [];
afterAll(async () => {
  await Promise.all(steps.map((step) => step.release()));
});

const options = { openSession: nodeSessions({ threads: 1 }), rowsRepeat: true };
const rowNames = ['a', 'b', 'c', 'd', 'e'];

test('what a probe’s rows become is computed once and gives the gradients of the whole step', async () => {
  const { parameters, batch, model } = drawnStep('probe');
  const [whole, kept] = await Promise.all([
    openTrainingStep({ ...model, ...options }),
    openStep({ ...model, ...options }),
  ]);
  steps.push(whole, kept);
  const expected = await whole.run(parameters, batch);
  const first = await kept.run(parameters, { ...batch, rowNames });
  // Rows whose names are known are not looked at again.
  const inputs = mapTensors(batch.inputs, ({ length }) => new Float32Array(length));
  const second = await kept.run(parameters, { inputs, targets: batch.targets, rowNames });
  for (const found of [first, second]) {
    expect(found.loss).toBeCloseTo(expected.loss, 6);
    for (const [name, values] of expected.gradients)
      for (const [index, value] of found.gradients.get(name)!.entries()) expect(value).toBeCloseTo(values[index]!, 6);
  }
});

test('a step that trains tokens before the features looks at its rows each time', async () => {
  const { parameters, batch, model } = drawnStep('duet');
  const step = await openStep({ ...model, ...options });
  steps.push(step);
  const first = await step.run(parameters, { ...batch, rowNames });
  const inputs = mapTensors(batch.inputs, ({ length }) => new Float32Array(length));
  const second = await step.run(parameters, { inputs, targets: batch.targets, rowNames });
  expect(second.loss).not.toBeCloseTo(first.loss, 4);
});
