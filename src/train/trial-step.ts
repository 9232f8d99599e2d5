// Training steps of the small backbone on made-up clips: what settings and providers are compared by.
import { elementCount } from '../graph/tensor.ts';
import { nodeSessions } from '../runtime/node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { initialParameters } from '../systems/ma-avt/initialise.ts';
import { modelConfig, recipes } from '../systems/ma-avt/recipes.ts';
import { backgroundTargets, classTargets } from '../systems/ma-avt/targets.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { freshCheckpoint } from './progress.ts';
import { openTrainer } from './trainer.ts';

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
  const config = modelConfig(training, backbone.config, classes);
  const { inputSize } = backbone.config;
  const parameters = initialParameters(config, backbone.weights, 0);
  const labels = Array.from({ length: batchSize }, (_, clip) => clip % classes);
  const targets = classTargets(labels, classes, 0);
  const pixels = elementCount(inputSize);
  const batch = {
    images: new Float32Array(batchSize * 3 * pixels).map((_, index) => Math.sin(index)),
    spectrograms: new Float32Array(batchSize * pixels).map((_, index) => Math.cos(index)),
    ...{
      classTargets: targets,
      pictureTargets: targets,
      soundTargets: targets,
      backgroundTargets: backgroundTargets(labels),
    },
  };
  const trainer = await openTrainer({
    ...{
      backbone,
      config,
      batchSize,
      imageSize: inputSize,
      openSession: nodeSessions(session),
      training,
      onNote: () => undefined,
    },
    checkpoint: freshCheckpoint(parameters),
  });
  return {
    run: async () => (await trainer.step(batch, training.learningRate)).losses.total,
    release: () => trainer.release(),
  };
}
