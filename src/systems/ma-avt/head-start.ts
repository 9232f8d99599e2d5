// A quick start for the heads: they are first trained alone, on features of the untrained tokens that are computed
// once.
import type { Feed } from '../../data/feed.ts';
import { plainPass } from '../../data/intake.ts';
import { createRandom } from '../../random/random.ts';
import type { OpenSession } from '../../runtime/session.ts';
import { openFeatureExtractor, openKeptStep } from '../../train/kept-features.ts';
import { createOptimiserState, defaultOptimiser, optimiserStep } from '../../train/optimiser.ts';
import type { Backbone } from '../../weights/backbone.ts';
import type { OpenMaAvt } from './open.ts';
import { pairBatch } from './pair-batch.ts';
import { type ClipFeatures, clipFeatures, drawPairs, pairRows } from './pairs.ts';
import { featureScales, standardised, unstandardiseHeads } from './standardise.ts';

export type HeadStartOptions = {
  readonly feed: Feed;
  readonly backbone: Backbone;
  readonly system: OpenMaAvt;
  /** All trainable parameters; the heads' are changed in place. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly openSession: OpenSession;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (done: number, total: number) => void;
};

const headSteps = 400;
const headBatch = 64;
const headLearningRate = 2e-3;
/** Chosen on validation clips; few linear weights on standardised features bear more. */
const headWeightDecay = { agreement: 0.05, paper: 3 } as const;
/** Features are kept in memory: of a large data set, this many clips are enough to start from. */
const mostFeatures = 4096;
/** Passes over the training clips whose features are kept: one as they are, the others augmented. */
const passes = 3;

/** Trains the heads alone. @throws the signal's reason when it is aborted. */
export async function headStart(options: HeadStartOptions): Promise<void> {
  await trainHeads(await collectFeatures(options), options);
}

/** Trains the heads on features that are there already. @throws the signal's reason when it is aborted. */
export async function trainHeads(
  clips: readonly ClipFeatures[],
  options: Pick<HeadStartOptions, 'backbone' | 'system' | 'parameters' | 'openSession' | 'signal'>,
): Promise<void> {
  const { backbone, system, parameters, openSession } = options;
  const { config, training, headStage: stage } = system;
  // The heads' arrays are the parameters' own.
  const values = system.fold(parameters).parameters;
  const own = new Map([...values].filter(([name]) => stage.trains(name)));
  const scales = config.heads === 'paper' ? featureScales(clips) : undefined;
  const known = scales ? standardised(clips, scales) : clips;
  const weightDecay = headWeightDecay[config.heads];
  const state = createOptimiserState(own);
  const step = await openKeptStep({ stage, backbone, batchSize: headBatch, openSession });
  try {
    for (let index = 0; index < headSteps; index++) {
      options.signal?.throwIfAborted();
      const pairs = drawPairs(known, headBatch, training, createRandom(training.seed, 'head start', index));
      const { gradients } = await step.run(values, pairRows(pairs, config, training, 'head start', index));
      const rate = (headLearningRate * (1 + Math.cos((Math.PI * index) / headSteps))) / 2;
      optimiserStep(own, gradients, state, rate, { ...defaultOptimiser, kind: 'adamw', weightDecay });
    }
  } finally {
    await step.release();
  }
  if (scales) unstandardiseHeads(own, scales, config);
}

async function collectFeatures(options: HeadStartOptions): Promise<ClipFeatures[]> {
  const { feed, backbone, system, openSession, signal, onProgress } = options;
  const { training } = system;
  const { parameters: values, model } = system.fold(options.parameters);
  const extractor = await openFeatureExtractor({ backbone, model, values, openSession });
  const clips: ClipFeatures[] = [];
  const total = Math.min(mostFeatures, (await feed.count('train')) * (training.augment === 'none' ? 1 : passes));
  try {
    for (let pass = 0; clips.length < total; pass++) {
      // Augmented passes are drawn as epochs that no training reaches.
      const epoch = training.epochs + pass;
      const walk = pass === 0 ? plainPass('evaluate') : { name: 'train', seed: training.seed, epoch };
      for await (const batch of feed.batches('train', walk)) {
        signal?.throwIfAborted();
        clips.push(...clipFeatures(pairBatch(batch), await extractor.run(batch.arrays, batch.count)));
        onProgress(Math.min(clips.length, total), total);
        if (clips.length >= total) break;
      }
      if (clips.length === 0) break;
    }
  } finally {
    await extractor.release();
  }
  return clips;
}
