import { afterAll, describe, expect, test } from 'vitest';
import { initialParameters } from '../model/initialise.ts';
import { createRandom } from '../random/random.ts';
import { nodeSessions } from '../runtime/node.ts';
import { parseBackbone } from '../weights/backbone.ts';
import { miniTimm } from '../weights/mini-vit.test-data.ts';
import { modelConfig, recipes } from './recipes.ts';
import { openStepInParts } from './step-in-parts.ts';
import { classTargets, dropoutMasks } from './targets.ts';
import { openTrainingStep, type StepBatch, type TrainingStep } from './training-step.ts';

const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });
const { inputSize: imageSize } = backbone.config;
const [classes, batchSize] = [3, 5];
const steps: TrainingStep[] = [];
afterAll(async () => {
  await Promise.all(steps.map((step) => step.release()));
});

function drawn(name: string, length: number): Float32Array {
  const { normal } = createRandom('step in parts', name);
  return Float32Array.from({ length }, normal);
}

describe('a step that holds two of five clips at once gives what the whole batch gives', () => {
  test.each(['reference', 'duet', 'lora', 'bottleneck'] as const)('%s', async (recipe) => {
    const config = modelConfig(recipes[recipe], backbone.config, classes);
    const labels = [0, 1, -1, 2, 0];
    const shown = [0, 1, 1, 2, 0];
    const pixels = imageSize[0] * imageSize[1];
    const batch: StepBatch = {
      images: drawn('images', batchSize * 3 * pixels),
      spectrograms: drawn('spectrograms', batchSize * pixels),
      classTargets: classTargets(labels, classes, 0.1),
      backgroundTargets: Float32Array.of(0, 0, 1, 0, 0),
      pictureTargets: classTargets(shown, classes, 0.1),
      soundTargets: classTargets([0, 1, 2, 2, 0], classes, 0.1),
      masks: dropoutMasks(batchSize, config, 0.3, 'test'),
    };
    const parameters = initialParameters(config, backbone.weights, 1);
    // Updates that start at zero would leave half of their gradients zero.
    for (const [name, values] of parameters)
      if (values.every((value) => value === 0)) values.set(drawn(name, values.length).map((x) => x / 10));
    const options = { backbone, config, batchSize, imageSize, openSession: nodeSessions({ threads: 1 }) };
    const [whole, inParts] = await Promise.all([openTrainingStep(options), openStepInParts({ ...options, clipsAtOnce: 2 })]);
    steps.push(whole, inParts);
    const [expected, found] = [await whole.run(parameters, batch), await inParts.run(parameters, batch)];

    for (const [name, loss] of Object.entries(expected.losses)) expect(found.losses[name as 'total'], name).toBeCloseTo(loss, 5);
    expect(found.classLogits.slice(0, batchSize * classes)).toSatisfy(near(expected.classLogits));
    expect([...found.gradients.keys()]).toEqual([...expected.gradients.keys()]);
    const moving = [...expected.gradients].filter(([, values]) => norm(values) > 0);
    expect(moving.length).toBeGreaterThan(5);
    for (const [name, values] of expected.gradients) expect(found.gradients.get(name), name).toSatisfy(near(values));
  });
});

/** Within 1e-5 in norm; what is as good as zero beside other gradients may be rounding. */
function near(expected: Float32Array) {
  return (found: Float32Array) =>
    found.length === expected.length && norm(found.map((value, index) => value - expected[index]!)) <= 1e-5 * norm(expected) + 1e-7;
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
