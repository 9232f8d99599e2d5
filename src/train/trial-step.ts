// Training steps of the small backbone on made-up clips: what settings and providers are compared by.
import { elementCount } from '../graph/tensor.ts';
import { firstValues } from '../model/parameters.ts';
import { nodeSessions } from '../runtime/node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { openMaAvt } from '../systems/ma-avt/open.ts';
import { recipes } from '../systems/ma-avt/recipes.ts';
import { pairStep } from '../systems/ma-avt/targets.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { openTrainer } from './open-trainer.ts';
import { freshCheckpoint } from './progress.ts';

const batchSize = 16;
const classes = 10;
const training = recipes.reference;

export type TrialOptions = {
  readonly session: SessionOptions;
  /** Of the pictures; default: the backbone's own. */
  readonly imageSize?: number | undefined;
};

export type TrialStep = {
  /** Takes a step. @returns its loss. */
  run(): Promise<number>;
  release(): Promise<void>;
};

/** A training from the start, on the same clips in each step. Release it when done. */
export async function openTrialStep({ session, imageSize }: TrialOptions): Promise<TrialStep> {
  const backbone = await openBackbone(undefined, { imageSize });
  const system = openMaAvt(training, backbone.config, classes);
  const stage = system.clipStage;
  const { inputSize } = backbone.config;
  const parameters = firstValues(stage.model.parameters, backbone.weights, 0);
  const labels = Array.from({ length: batchSize }, (_, clip) => clip % classes);
  const pixels = elementCount(inputSize);
  const pairs = {
    images: new Float32Array(batchSize * 3 * pixels).map((_, index) => Math.sin(index)),
    spectrograms: new Float32Array(batchSize * pixels).map((_, index) => Math.cos(index)),
    ...{ labels, pictureLabels: labels, soundLabels: labels, count: batchSize },
  };
  const batch = pairStep(pairs, system.config, training, 0);
  const trainer = await openTrainer({
    ...{
      backbone,
      stage,
      batchSize,
      openSession: nodeSessions(session),
      training,
      onNote: () => undefined,
    },
    checkpoint: freshCheckpoint(parameters),
  });
  return {
    run: async () => (await trainer.step(batch, training.learningRate)).loss,
    release: () => trainer.release(),
  };
}
