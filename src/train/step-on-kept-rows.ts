// The step of a stage whose rows have the same inputs in every epoch and that trains nothing before the features: what
// a row becomes is computed the first time it comes, and kept.
import { joinFloat32 } from '../files/tensor-values.ts';
import type { ParameterValues } from '../model/parameters.ts';
import { mapTensors } from '../model/passage.ts';
import type { Results, Rows } from '../runtime/feeds.ts';
import { type FeatureExtractor, openFeatureExtractor, openKeptStep } from './kept-features.ts';
import type { TrainingStep, TrainingStepOptions } from './step.ts';

/** Features that are kept at most; rows beyond them are computed again each time. */
const mostBytes = 512 * 2 ** 20;

/** Builds and loads the step; its batches have `rowNames`. Release it when done. */
export async function openStepOnKeptRows(options: TrainingStepOptions): Promise<TrainingStep> {
  const { backbone, openSession } = options;
  const { model } = options.stage;
  const step = await openKeptStep({ ...options, stage: { ...options.stage, on: 'kept features' } });
  const kept = new Map<string, Results>();
  let bytes = 0;
  let extractor: FeatureExtractor | undefined;
  return {
    provider: step.provider,
    async run(values, { inputs, targets, rowNames: names = [] }) {
      let features = names.map((name) => kept.get(name));
      if (features.includes(undefined)) {
        // Nothing that acts before the features is trained, so the first step's values hold for all.
        extractor ??= await openFeatureExtractor({ backbone, model, values: values as ParameterValues, openSession });
        features = await extractor.run(inputs, names.length);
        for (const [index, name] of names.entries()) {
          if (kept.has(name) || bytes >= mostBytes) continue;
          kept.set(name, features[index]!);
          for (const { byteLength } of Object.values(features[index]!)) bytes += byteLength;
        }
      }
      return step.run(values, { inputs: joinedRows(features as Results[]), targets });
    },
    async release() {
      await extractor?.release();
      await step.release();
    },
  };
}

function joinedRows(rows: readonly Results[]): Rows {
  return mapTensors(rows[0]!, (_, name) => joinFloat32(rows.map((row) => row[name]!)));
}
