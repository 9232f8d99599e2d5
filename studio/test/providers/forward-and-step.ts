// One forward pass, one step's gradients and three steps of training of the built-in backbone on numbers that are the
// same everywhere.

import { openPredictor } from '../../../src/infer/predictor.ts';
import type { OpenSession } from '../../../src/runtime/session.ts';
import { foldParameters } from '../../../src/systems/ma-avt/fold.ts';
import { initialParameters } from '../../../src/systems/ma-avt/initialise.ts';
import { modelConfig, recipes } from '../../../src/systems/ma-avt/recipes.ts';
import { freshCheckpoint } from '../../../src/train/progress.ts';
import { openTrainer } from '../../../src/train/trainer.ts';
import { openTrainingStep } from '../../../src/train/training-step.ts';
import type { Backbone } from '../../../src/weights/backbone.ts';

/**
 * Arrays by name: the predictions', the losses', the gradients' under `gradient.`, and `trajectory` and `moments` of
 * the training.
 */
export type Numbers = Readonly<Record<string, readonly number[]>>;

/** Small, as a graphics card imitated in software is slow. */
export const imageSize = [64, 64] as const;

const clips = 3;
const classes = 3;

export async function forwardAndStep(backbone: Backbone, openSession: OpenSession): Promise<Numbers> {
  const training = recipes.duet;
  const config = modelConfig(training, backbone.config, classes);
  const parameters = initialParameters(config, backbone.weights, training.seed);
  const [height, width] = backbone.config.inputSize;
  const images = wave(clips * 3 * height * width, 0.37);
  const spectrograms = wave(clips * height * width, 0.21);
  const predictor = await openPredictor({ backbone, config, batchSize: clips, openSession });
  const predictions = await predictor.run(foldParameters(parameters, config), { images, spectrograms, count: clips });
  await predictor.release();
  const options = { backbone, config, batchSize: clips, imageSize: backbone.config.inputSize, openSession };
  const step = await openTrainingStep(options);
  // The last clip's picture and sound do not belong together.
  const oneHot = (labels: readonly number[]) =>
    Float32Array.from({ length: clips * classes }, (_, index) =>
      Number(labels[Math.floor(index / classes)] === index % classes),
    );
  const batch = {
    images,
    spectrograms,
    classTargets: oneHot([0, 1, -1]),
    pictureTargets: oneHot([0, 1, 2]),
    soundTargets: oneHot([0, 1, 0]),
    backgroundTargets: Float32Array.from([0, 0, 1]),
  };
  const { losses, gradients } = await step.run(parameters, batch);
  await step.release();

  const checkpoint = freshCheckpoint(parameters);
  const trainer = await openTrainer({ ...options, training, checkpoint, onNote: () => undefined });
  const trajectory: number[] = [];
  while (trajectory.length < 3) trajectory.push((await trainer.step(batch, 1e-3)).losses.total);
  await trainer.collect();
  await trainer.release();
  return Object.fromEntries([
    ...Object.entries(predictions).flatMap(([name, values]) => (values ? [[name, [...values]]] : [])),
    ...Object.entries(losses).map(([name, value]) => [`loss.${name}`, [value]]),
    ...[...gradients].map(([name, values]) => [`gradient.${name}`, [...values]]),
    ['trajectory', trajectory],
    ['moments', [...checkpoint.state.first.values()].flatMap((values) => [...values])],
  ]);
}

/** Smooth, of mean zero, and no two places alike. */
function wave(length: number, frequency: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(frequency * index) + Math.cos(0.0131 * index));
}
