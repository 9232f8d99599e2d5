// A small model and a batch of five clips that meet every part of a training step.

import { createRandom } from '../random/random.ts';
import { initialParameters } from '../systems/ma-avt/initialise.ts';
import { modelConfig, recipes } from '../systems/ma-avt/recipes.ts';
import { classTargets, dropoutMasks } from '../systems/ma-avt/targets.ts';
import { parseBackbone } from '../weights/backbone.ts';
import { miniTimm } from '../weights/mini-vit.test-data.ts';
import type { StepBatch } from './training-step.ts';

const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });
const { inputSize: imageSize } = backbone.config;
export const [classes, batchSize] = [3, 5];

function drawn(name: string, length: number): Float32Array {
  const { normal } = createRandom('drawn step', name);
  return Float32Array.from({ length }, normal);
}

export function drawnStep(recipe: keyof typeof recipes) {
  const training = recipes[recipe];
  const config = modelConfig(training, backbone.config, classes);
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
  return { training, batch, parameters, model: { backbone, config, batchSize, imageSize } };
}

export function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
