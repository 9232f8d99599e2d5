// Training the light localiser on rows of features, which are computed once.
import type { WeightData } from '../../model/frozen-weights.ts';
import type { Stage } from '../../model/model.ts';
import { firstValues, type ParameterValues } from '../../model/parameters.ts';
import { createRandom } from '../../random/random.ts';
import type { OpenSession } from '../../runtime/session.ts';
import {
  clipGradients,
  createOptimiserState,
  optimiserOf,
  optimiserSettings,
  optimiserStep,
} from '../../train/optimiser.ts';
import { learningRateAt } from '../../train/schedule.ts';
import { openTrainingStep, type StepBatch } from '../../train/step.ts';
import type { ClipRows } from './clip-rows.ts';
import type { NetworkConfig } from './config.ts';
import { eventsModel, isRowStatistic } from './events-model.ts';
import { growingDecay, updateAverage } from './moving-average.ts';
import { rowStatistics } from './row-statistics.ts';
import type { EventsSettings } from './settings.ts';
import { eventsRow } from './training-row.ts';
import { variedClip } from './varied-clip.ts';

export type LocaliserEpoch = {
  readonly epoch: number;
  /** Mean over the epoch's steps. */
  readonly loss: number;
  /** The average of the weights so far: what predicts. Changed by the next epoch. */
  readonly parameters: ParameterValues;
};

export type TrainLocaliserOptions = {
  readonly clips: readonly ClipRows[];
  readonly config: NetworkConfig;
  /** `text.TASK` [K, E], a vector for each class. */
  readonly texts: ReadonlyMap<string, WeightData>;
  readonly training: EventsSettings;
  /** Steps of a chunk, to which clips are cropped or padded. */
  readonly length: number;
  readonly openSession: OpenSession;
};

/** Trains epoch by epoch, for as long as the caller asks for more, `epochs` at most. */
export async function* trainLocaliser(options: TrainLocaliserOptions): AsyncGenerator<LocaliserEpoch> {
  const { clips, config, texts, training, length, openSession } = options;
  const model = eventsModel(config, length);
  const stage: Stage = { name: 'events', model, on: 'clips', trains: (name) => !isRowStatistic(name) };
  const parameters = new Map([...firstValues(model.parameters, new Map(), training.seed), ...rowStatistics(clips)]);
  const average = new Map([...parameters].map(([name, values]) => [name, values.slice()]));
  const state = createOptimiserState(parameters);
  const settings = optimiserOf(model, optimiserSettings(training));
  const steps = Math.ceil(clips.length / training.batch);
  const step = await openTrainingStep({ stage, backbone: { weights: texts }, batchSize: training.batch, openSession });
  try {
    for (let epoch = 0; epoch < training.epochs; epoch++) {
      let [total, taken] = [0, 0];
      for (const batch of batchesOf(options, model.inputs, epoch)) {
        const { loss, gradients } = await step.run(parameters, batch);
        if (training.clipNorm > 0) clipGradients(gradients, training.clipNorm);
        const rate = learningRateAt(epoch + ++taken / steps, training);
        optimiserStep(parameters, gradients, state, rate, settings);
        updateAverage(average, parameters, growingDecay(state.step, training.averageDecay));
        total += loss;
      }
      yield { epoch, loss: total / steps, parameters: average };
    }
  } finally {
    await step.release();
  }
}

/** An epoch's batches: every clip once, and the first ones again where the last batch has room. */
function* batchesOf(
  { clips, config, training, length }: TrainLocaliserOptions,
  inputs: Readonly<Record<string, unknown>>,
  epoch: number,
): Generator<StepBatch> {
  const order = createRandom(training.seed, 'order', epoch).shuffle(clips);
  for (let start = 0; start < order.length; start += training.batch) {
    const rows = Array.from({ length: training.batch }, (_, i) => {
      const random = createRandom(training.seed, 'clip', epoch, start + i);
      const clip = order[(start + i) % order.length]!;
      const other = clips[random.integer(clips.length)]!;
      return eventsRow(variedClip(clip, other, training, length, random), config, length, random);
    });
    const joined = Object.keys(rows[0]!).map((name) => {
      const parts = rows.map((row) => row[name] as Float32Array);
      return [name, Float32Array.from(parts.flatMap((part) => [...part]))] as const;
    });
    yield {
      inputs: Object.fromEntries(joined.filter(([name]) => name in inputs)),
      targets: Object.fromEntries(joined.filter(([name]) => !(name in inputs))),
    };
  }
}
