import { afterAll, describe, expect, test } from 'vitest';
import { nodeSessions } from '../runtime/session-node.ts';
import { batchSize, classes, drawnStep, norm } from './drawn-step.test-data.ts';
import { openTrainingStep, type TrainingStep } from './step.ts';
import { openStepInParts } from './step-in-parts.ts';

const steps: TrainingStep[] = [];
afterAll(async () => {
  await Promise.all(steps.map((step) => step.release()));
});

describe('a step that holds two of five clips at once gives what the whole batch gives', () => {
  test.each(['reference', 'duet', 'lora', 'bottleneck'] as const)('%s', async (recipe) => {
    const { parameters, batch, model } = drawnStep(recipe);
    const options = { ...model, openSession: nodeSessions({ threads: 1 }) };
    const [whole, inParts] = await Promise.all([
      openTrainingStep(options),
      openStepInParts({ ...options, clipsAtOnce: 2 }),
    ]);
    steps.push(whole, inParts);
    const [expected, found] = [await whole.run(parameters, batch), await inParts.run(parameters, batch)];

    for (const [name, loss] of Object.entries(expected.losses)) expect(found.losses[name], name).toBeCloseTo(loss, 5);
    expect(found.logged.class_logits!.slice(0, batchSize * classes)).toSatisfy(near(expected.logged.class_logits!));
    expect([...found.gradients.keys()]).toEqual([...expected.gradients.keys()]);
    const moving = [...expected.gradients].filter(([, values]) => norm(values) > 0);
    expect(moving.length).toBeGreaterThan(5);
    for (const [name, values] of expected.gradients) expect(found.gradients.get(name), name).toSatisfy(near(values));
  });
});

/** Within 1e-5 in norm; what is as good as zero beside other gradients may be rounding. */
function near(expected: Float32Array) {
  return (found: Float32Array) =>
    found.length === expected.length &&
    norm(found.map((value, index) => value - expected[index]!)) <= 1e-5 * norm(expected) + 1e-7;
}
