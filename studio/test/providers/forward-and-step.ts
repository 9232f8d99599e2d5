// One forward pass, one step's gradients and three steps of training of the built-in backbone on numbers that are the
// same everywhere.

import { openPredictor } from '../../../src/infer/predictor.ts';
import { firstValues } from '../../../src/model/parameters.ts';
import type { OpenSession } from '../../../src/runtime/session.ts';
import { openMaAvt } from '../../../src/systems/ma-avt/open.ts';
import { recipes } from '../../../src/systems/ma-avt/recipes.ts';
import { pairStep } from '../../../src/systems/ma-avt/targets.ts';
import { openTrainer } from '../../../src/train/open-trainer.ts';
import { freshCheckpoint } from '../../../src/train/progress.ts';
import { openTrainingStep } from '../../../src/train/step.ts';
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
  const system = openMaAvt(training, backbone.config, classes);
  const { clipStage: stage, foldedModel: model } = system;
  const parameters = firstValues(stage.model.parameters, backbone.weights, training.seed);
  const [height, width] = backbone.config.inputSize;
  const images = wave(clips * 3 * height * width, 0.37);
  const spectrograms = wave(clips * height * width, 0.21);
  const predictor = await openPredictor({ backbone, model, batchSize: clips, openSession, extras: ['attention'] });
  const predictions = await predictor.run(system.fold(parameters).parameters, { images, spectrograms }, clips);
  await predictor.release();
  const options = { stage, backbone, batchSize: clips, openSession };
  const step = await openTrainingStep(options);
  // The last clip's picture and sound do not belong together.
  const pairs = {
    images,
    spectrograms,
    labels: [0, 1, -1],
    pictureLabels: [0, 1, 2],
    soundLabels: [0, 1, 0],
    count: clips,
  };
  const batch = pairStep(pairs, system.config, { labelSmoothing: 0, headDropout: 0, seed: 0 }, 0);
  const { losses, gradients } = await step.run(parameters, batch);
  await step.release();

  const checkpoint = freshCheckpoint(parameters);
  const trainer = await openTrainer({ ...options, training, checkpoint, onNote: () => undefined });
  const trajectory: number[] = [];
  while (trajectory.length < 3) trajectory.push((await trainer.step(batch, 1e-3)).loss);
  await trainer.collect();
  await trainer.release();
  return Object.fromEntries([
    ...Object.entries(predictions).flatMap(([name, values]) => [[name, [...values]]]),
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
