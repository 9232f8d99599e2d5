// One point of a growth, measured in this process and printed.
import { openDataset } from '../src/data/open-dataset-node.ts';
import { openFeed } from '../src/data/open-feed-node.ts';
import { elementCount } from '../src/graph/tensor.ts';
import type { Stage } from '../src/model/model.ts';
import { firstValues } from '../src/model/parameters.ts';
import { intakeOf } from '../src/run/intake-node.ts';
import { openFilePredictor } from '../src/run/predict-node.ts';
import { nodeSessions } from '../src/runtime/session-node.ts';
import { maAvt } from '../src/systems/ma-avt/model.ts';
import { modelConfig, recipes } from '../src/systems/ma-avt/recipes.ts';
import type { MaAvtConfig } from '../src/systems/ma-avt/settings.ts';
import { maAvtSystem } from '../src/systems/ma-avt/system.ts';
import { pairStep } from '../src/systems/ma-avt/targets.ts';
import { createOptimiserState, defaultOptimiser, optimiserStep } from '../src/train/optimiser.ts';
import { openTrainingStep } from '../src/train/step.ts';
import { openBackbone } from '../src/weights/open-backbone-node.ts';
import type { ModelFiles } from './models.ts';
import { peakMemoryOf } from './peak-memory.ts';
import { spreadOf } from './statistics.ts';

export type GrowthOrder = {
  readonly kind: 'batch' | 'tokens' | 'classes' | 'length' | 'clips' | 'steps';
  /** The place on the x axis. */
  readonly at: number;
  readonly files: ModelFiles;
  /** A video for `length`, a folder for `clips`. */
  readonly data: string;
  readonly adapter: string;
  readonly threads: number;
};

/** `memory` in bytes: the most this process had, or for `steps` what it has at that step. */
export type GrowthPoint = { readonly at: number; readonly seconds: number; readonly memory: number | undefined };

const order = JSON.parse(process.argv[2]!) as GrowthOrder;
const { kind, at, files, data, adapter, threads } = order;
const { reference } = recipes;

async function measure(): Promise<GrowthPoint[]> {
  const now = () => performance.now() / 1000;
  const point = (seconds: number): GrowthPoint => ({ at, seconds, memory: peakMemoryOf('self') });
  switch (kind) {
    case 'batch':
      return [point(await stepSeconds(at, {}, 20))];
    case 'tokens':
      return [point(await stepSeconds(8, { tokens: { audio: at, visual: at, shared: at } }, 20))];
    case 'classes':
      return [point(await stepSeconds(8, { classes: at }, 20))];
    case 'length': {
      const predictor = await openFilePredictor({ run: adapter, session: { threads } });
      const began = now();
      for await (const { answer } of predictor.predict({ kind: 'video', path: data }))
        if (!answer) throw new Error('no answer');
      const seconds = now() - began;
      await predictor.release();
      return [point(seconds)];
    }
    case 'clips': {
      const began = now();
      const dataset = await openDataset(data);
      const known = { labels: dataset.classes, backbone: await openBackbone(files.backbone) };
      const open = maAvtSystem.open(reference, known);
      const feed = await openFeed({ dataset, ...intakeOf(maAvtSystem, open, reference, known), batchSize: 32 });
      await feed.prepare({ splits: ['train'] });
      let batches = 0;
      for await (const batch of feed.batches('train', { name: 'train', seed: 0, epoch: 0 }))
        if (batch.count === 0 || ++batches === 4) break;
      const seconds = now() - began;
      await feed.close();
      return [point(seconds)];
    }
    case 'steps': {
      const points: GrowthPoint[] = [];
      const { step, release } = await openSteps(4, { classes: 10 }, 32);
      const began = now();
      for (let count = 1; count <= at; count++) {
        await step();
        if (count % Math.ceil(at / 40) === 0)
          points.push({ at: count, seconds: now() - began, memory: process.memoryUsage.rss() });
      }
      await release();
      return points;
    }
  }
}

/** Median of several steps after one that warms up. */
async function stepSeconds(batch: number, changes: Partial<MaAvtConfig>, most: number): Promise<number> {
  const { step, release } = await openSteps(batch, changes);
  await step();
  const seconds: number[] = [];
  for (
    const end = performance.now() + 10_000;
    seconds.length < 3 || (seconds.length < most && performance.now() < end);
  ) {
    const began = performance.now();
    await step();
    seconds.push((performance.now() - began) / 1000);
  }
  await release();
  return spreadOf(seconds).median;
}

async function openSteps(batchSize: number, changes: Partial<MaAvtConfig>, imageSize?: number) {
  const backbone = await openBackbone(files.backbone, { imageSize });
  const config = { ...modelConfig(reference, backbone.config, 309), ...changes };
  const model = maAvt(config);
  const stage: Stage = { name: 'clips', model, on: 'clips', trains: () => true };
  const openSession = nodeSessions({ threads });
  const training = await openTrainingStep({ stage, backbone, batchSize, openSession });
  const parameters = firstValues(model.parameters, backbone.weights, 0);
  const state = createOptimiserState(parameters);
  const labels = Array.from({ length: batchSize }, (_, clip) => clip % config.classes);
  const pixels = elementCount(backbone.config.inputSize);
  const pairs = {
    images: new Float32Array(batchSize * 3 * pixels).map((_, index) => Math.sin(index)),
    spectrograms: new Float32Array(batchSize * pixels).map((_, index) => Math.cos(index)),
    ...{ labels, pictureLabels: labels, soundLabels: labels, count: batchSize },
  };
  const batch = pairStep(pairs, config, reference, 0);
  return {
    async step() {
      const { gradients } = await training.run(parameters, batch);
      optimiserStep(parameters, gradients, state, reference.learningRate, defaultOptimiser);
    },
    release: () => training.release(),
  };
}

process.stdout.write(JSON.stringify(await measure()));
