// A small model and a batch of five clips that meet every part of a training step.

import { firstValues } from '../model/parameters.ts';
import { createRandom } from '../random.ts';
import { modelConfig, recipes } from '../systems/ma-avt/recipes.ts';
import { openMaAvt } from '../systems/ma-avt/system.ts';
import { pairStep } from '../systems/ma-avt/targets.ts';
import type { ClipStage } from '../systems/system.ts';
import { parseBackbone } from '../weights/backbone.ts';
import { miniTimm } from '../weights/mini-vit.test-data.ts';

const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });
const { inputSize: imageSize } = backbone.config;
export const [classes, batchSize] = [3, 5];

function drawn(name: string, length: number): Float32Array {
  const { normal } = createRandom('drawn step', name);
  return Float32Array.from({ length }, normal);
}

export function drawnStep(recipe: keyof typeof recipes) {
  const training = recipes[recipe];
  const labels = Array.from({ length: classes }, (_, index) => `class ${index}`);
  const system = openMaAvt(training, { labels, backbone });
  const config = modelConfig(training, backbone.config, classes);
  const pixels = imageSize[0] * imageSize[1];
  const pairs = {
    images: drawn('images', batchSize * 3 * pixels),
    spectrograms: drawn('spectrograms', batchSize * pixels),
    ...{ labels: [0, 1, -1, 2, 0], pictureLabels: [0, 1, 1, 2, 0], soundLabels: [0, 1, 2, 2, 0], count: batchSize },
  };
  const batch = pairStep(pairs, config, { labelSmoothing: 0.1, headDropout: 0.3, seed: 0 }, 0);
  const stage = system.stages.find((one): one is ClipStage => one.on === 'clips')!;
  const parameters = firstValues(stage.model.parameters, backbone.weights, 1);
  // Updates that start at zero would leave half of their gradients zero.
  for (const [name, values] of parameters)
    if (values.every((value) => value === 0)) values.set(drawn(name, values.length).map((x) => x / 10));
  return { training, system, batch, parameters, model: { stage, backbone, batchSize } };
}

export function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
