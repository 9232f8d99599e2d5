// One forward pass, one step's gradients and three steps of training on a small backbone, with numbers that are the
// same everywhere.

import { openPredictor } from '../../../src/infer/predictor.ts';
import { firstValues } from '../../../src/model/parameters.ts';
import type { OpenSession } from '../../../src/runtime/session.ts';
import { recipeNamed } from '../../../src/systems/registry.ts';
import type { ClipStage } from '../../../src/systems/system.ts';
import { freshCheckpoint } from '../../../src/train/checkpoint.ts';
import { openTrainer } from '../../../src/train/open-trainer.ts';
import { openTrainingStep } from '../../../src/train/step.ts';
import { parseBackbone } from '../../../src/weights/backbone.ts';
import { smallVit } from '../../../src/weights/small-vit.test-data.ts';

/**
 * Arrays by name: the predictions', the losses', the gradients' under `gradient.`, and `trajectory` and `moments` of
 * the training.
 */
export type Numbers = Readonly<Record<string, readonly number[]>>;

const clips = 3;
const labels = ['a', 'b', 'c'];

export async function forwardAndStep(openSession: OpenSession): Promise<Numbers> {
  // Two blocks have every operator of six, and a GPU imitated in software is slow.
  const backbone = parseBackbone(smallVit({ depth: 2, patches: 16 }));
  const { system, settings: training } = await recipeNamed('duet');
  const plain = { ...training, labelSmoothing: 0, headDropout: 0, seed: 0 };
  const { stages, folded: model, fold } = system.open(plain, { labels, backbone });
  const stage = stages.find((one): one is ClipStage => one.on === 'clips')!;
  const parameters = firstValues(stage.model.parameters, backbone.weights, training.seed);
  const [height, width] = backbone.config.inputSize;
  const images = wave(clips * 3 * height * width, 0.37);
  const spectrograms = wave(clips * height * width, 0.21);
  const predictor = await openPredictor({ backbone, model, batchSize: clips, openSession, extras: ['attention'] });
  const predictions = await predictor.run(fold(parameters), { images, spectrograms }, clips);
  await predictor.release();
  const options = { stage, backbone, batchSize: clips, openSession };
  const step = await openTrainingStep(options);
  // The last clip's picture and sound do not belong together.
  const rows = [
    { clips: ['a', 'a'], target: { label: 0, picture: 0, sound: 0 } },
    { clips: ['b', 'b'], target: { label: 1, picture: 1, sound: 1 } },
    { clips: ['c', 'a'], target: { label: -1, picture: 2, sound: 0 } },
  ];
  const batch = stage.stepBatch({ rows, arrays: { images, spectrograms }, count: clips }, 0);
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
