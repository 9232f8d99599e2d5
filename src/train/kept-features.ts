// A stage on kept features: what clips become is computed once, and the steps run on that alone.
import { inputsOf } from '../graph/inputs-of.ts';
import type { Tensor } from '../graph/tensor.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import type { Model, Tensors } from '../model/model.ts';
import { type ParameterValues, parameterConstants, parameterInputs, weightsFrom } from '../model/parameters.ts';
import { clipInputs, mapTensors } from '../model/passage.ts';
import { asked, type Results, type Rows, rowsOf } from '../runtime/feeds.ts';
import type { Feed, KeptTensor } from '../runtime/session.ts';
import { lossesFrom, lossGraph, lossOutputs } from './loss-graph.ts';
import { gradientsFrom, type KeepGradients, type TrainingStep, type TrainingStepOptions } from './step.ts';

export type FeatureExtractor = {
  /** The features of each of so many clips by name. @param inputs by the model's names, [clips, ...]. */
  run(inputs: Rows, clips: number): Promise<Results[]>;
  release(): Promise<void>;
};

export type FeatureExtractorOptions = Pick<TrainingStepOptions, 'backbone' | 'openSession'> & {
  readonly model: Model;
  /** Of the model's parameters. */
  readonly values: ParameterValues;
};

const extractorBatch = 8;

/** Loads what the losses read of `encode`, with the parameters as they are. Release it when done. */
export async function openFeatureExtractor({
  backbone,
  model,
  values,
  openSession,
}: FeatureExtractorOptions): Promise<FeatureExtractor> {
  const trained = weightsFrom(parameterConstants(model.parameters, values));
  const all = model.encode(clipInputs(model.inputs, extractorBatch), frozenWeights(backbone.weights), trained);
  const read = featuresRead(
    model,
    mapTensors(all, ({ shape }) => shape.slice(1)),
  );
  const features = Object.fromEntries(Object.entries(all).filter(([name]) => read.has(name)));
  const session = await openSession(features);
  return {
    async run(inputs, clips) {
      const found: Results[] = [];
      for (let start = 0; start < clips; start += extractorBatch) {
        const results = await session.run(asked(session, rowsOf(inputs, model.inputs, start, extractorBatch)));
        for (let clip = 0; clip < Math.min(extractorBatch, clips - start); clip++)
          found.push(
            mapTensors(features, (_, name) => {
              const values = results[name]!;
              const length = values.length / extractorBatch;
              return values.slice(clip * length, (clip + 1) * length);
            }),
          );
      }
      return found;
    },
    release: () => session.release(),
  };
}

/** Names of the features that an aim reads. @param shapes of a clip's features. */
function featuresRead(model: Model, shapes: Readonly<Record<string, readonly number[]>>): ReadonlySet<string> {
  const [features, targets] = [clipInputs(shapes, 1), clipInputs(model.targets, 1)];
  const { aims } = model.losses(features, targets, weightsFrom(parameterInputs(model.parameters)));
  return inputsOf(Object.values(aims));
}

/** Names of the parameters that a stage trains and that act in `encode`, read off the graph. */
export function trainedBeforeFeatures({ stage, backbone }: Pick<TrainingStepOptions, 'stage' | 'backbone'>): string[] {
  const parameters = parameterInputs(stage.model.parameters);
  const reached = inputsOf(Object.values(encodedClip(stage.model, backbone, parameters)));
  return [...reached].filter((name) => parameters.has(name) && stage.trains(name));
}

/**
 * Builds and loads the step of a stage on kept features; its batches' inputs are the features by name. Release it when
 * done, and the gradients that it keeps.
 * @throws when a parameter that the stage trains acts before the features.
 */
export function openKeptStep(options: TrainingStepOptions & KeepGradients): Promise<TrainingStep<KeptTensor>>;
export function openKeptStep(options: TrainingStepOptions): Promise<TrainingStep>;
export async function openKeptStep(options: TrainingStepOptions & Partial<KeepGradients>): Promise<TrainingStep<Feed>> {
  const { keepGradients = false, stage, backbone, batchSize, openSession } = options;
  const { model } = stage;
  const parameters = parameterInputs(model.parameters);
  const shapes = mapTensors(encodedClip(model, backbone, parameters), ({ shape }) => shape.slice(1));
  const early = trainedBeforeFeatures(options);
  if (early.length > 0)
    throw new Error(`the stage ${stage.name} keeps features and trains what acts before them: ${early.join(', ')}`);
  const whole = lossGraph(stage, clipInputs(shapes, batchSize), parameters, batchSize);
  // Features that no aim reads are not kept, and what is logged of them is left out.
  const kept = inputsOf(Object.values(whole.aims));
  const isKept = (tensor: Tensor) => [...inputsOf([tensor])].every((name) => kept.has(name) || !(name in shapes));
  const logged = Object.fromEntries(Object.entries(whole.logged).filter(([, tensor]) => isKept(tensor)));
  const graph = { ...whole, logged };
  const names = [...graph.gradients.keys()];
  const session = await openSession(lossOutputs(graph), {
    kept: keepGradients ? names.map((name) => `gradient.${name}`) : [],
  });
  return {
    provider: session.provider,
    async run(values, batch) {
      const feeds: Record<string, Feed> = {
        ...rowsOf(batch.inputs, shapes, 0, batchSize),
        ...rowsOf(batch.targets, model.targets, 0, batchSize),
        ...Object.fromEntries(values),
      };
      const { results, kept } = await session.runKeeping(asked(session, feeds));
      return { ...lossesFrom(results, graph), gradients: gradientsFrom({ ...results, ...kept }, names) };
    },
    release: () => session.release(),
  };
}

function encodedClip(
  model: Model,
  { weights }: TrainingStepOptions['backbone'],
  parameters: ReadonlyMap<string, Tensor>,
): Tensors {
  return model.encode(clipInputs(model.inputs, 1), frozenWeights(weights), weightsFrom(parameters));
}
