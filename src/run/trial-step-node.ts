// Training steps of the small backbone on computed clips: what settings and providers are compared by.
import { openStoredFeed } from '../data/stored-feed.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { recipeNamed } from '../systems/registry.ts';
import type { ClipStage } from '../systems/system.ts';
import { openTrainer } from '../train/open-trainer.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { freshRun } from './train.ts';
import { trialExamples, trialMedia } from './trial-clips.ts';

const batchSize = 16;
const labels = Array.from({ length: 10 }, (_, index) => `class ${index}`);

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

/** A training of the usual recipe from the start, on the same clips in each step. Release it when done. */
export async function openTrialStep({ session, imageSize }: TrialOptions): Promise<TrialStep> {
  const backbone = await openBackbone(undefined, { imageSize });
  const { system, settings: training } = await recipeNamed();
  const known = { labels, backbone };
  const open = system.open(training, known);
  const stage = open.stages.find((one): one is ClipStage => one.on === 'clips')!;
  const feed = openStoredFeed({
    ...{ examples: trialExamples(batchSize, labels), intake: open.intake, batchSize },
    load: (id) => open.intake.read(trialMedia(Number(id))),
  });
  const batches = feed.batches('train', { name: stage.pass ?? 'train', seed: 0, epoch: 0 });
  const { value: first } = await batches[Symbol.asyncIterator]().next();
  const batch = stage.stepBatch(first!, 0);
  const trainer = await openTrainer({
    ...{ backbone, stage, batchSize, training, onNote: () => undefined },
    openSession: nodeSessions(session),
    checkpoint: freshRun(open, known, 0),
  });
  return {
    run: async () => (await trainer.step(batch, training.learningRate)).loss,
    release: () => trainer.release(),
  };
}
