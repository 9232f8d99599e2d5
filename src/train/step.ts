// One training step as one graph: forward, losses and gradients of every parameter that a stage trains.
import { clipsTogether } from '../model/clips-together.ts';
import { frozenWeights, type WeightData } from '../model/frozen-weights.ts';
import type { Stage } from '../model/model.ts';
import { parameterInputs, weightsFrom } from '../model/parameters.ts';
import { clipInputs, clipMemory, encodeInPortions } from '../model/passage.ts';
import { asked, type Rows, rowsOf } from '../runtime/feeds.ts';
import type { Feed, KeptTensor, OpenSession, Provider } from '../runtime/session.ts';
import { lossesFrom, lossGraph, lossOutputs, type StepReport } from './loss-graph.ts';

/** Rows of a batch by the model's names, [B, ...]; clips that are padding have targets of zeros. */
export type StepBatch = {
  /** For a stage on kept features these. */
  readonly inputs: Rows;
  readonly targets: Rows;
  /** What each row is known by, where a row has the same inputs in every epoch. */
  readonly rowNames?: readonly string[];
};

/** @typeParam Gradient an array, or what stays on the device. */
export type StepResult<Gradient = Float32Array> = StepReport & {
  /** One for each parameter that the stage trains. */
  readonly gradients: ReadonlyMap<string, Gradient>;
};

export type TrainingStep<Gradient = Float32Array> = {
  readonly provider: Provider;
  /** @param parameters values of all of the model's parameters. */
  run(parameters: ReadonlyMap<string, Feed>, batch: StepBatch): Promise<StepResult<Gradient>>;
  release(): Promise<void>;
};

export type TrainingStepOptions = {
  readonly stage: Stage;
  /** With the weights that stay as they are. */
  readonly backbone: { readonly weights: ReadonlyMap<string, WeightData> };
  /** Clips in a batch; a smaller last batch is padded with clips that take no part. */
  readonly batchSize: number;
  readonly openSession: OpenSession;
};

/** Asks that gradients stay on the device. */
export type KeepGradients = { readonly keepGradients: true };

/** Builds and loads the step. Release it when done, and the gradients that it keeps. */
export function openTrainingStep(options: TrainingStepOptions & KeepGradients): Promise<TrainingStep<KeptTensor>>;
export function openTrainingStep(options: TrainingStepOptions): Promise<TrainingStep>;
export async function openTrainingStep(
  options: TrainingStepOptions & Partial<KeepGradients>,
): Promise<TrainingStep<Feed>> {
  const { keepGradients = false, stage, backbone, batchSize, openSession } = options;
  const { model } = stage;
  const parameters = parameterInputs(model.parameters);
  const [frozen, trained] = [frozenWeights(backbone.weights), weightsFrom(parameters)];
  const { widest } = clipMemory(model, frozen, trained);
  const portion = portionOf(batchSize, widest, openSession.activationBytes);
  const encoded = encodeInPortions(model, clipInputs(model.inputs, batchSize), frozen, trained, portion);
  const graph = lossGraph(stage, encoded, parameters, batchSize);
  const gradientNames = [...graph.gradients.keys()].map((name) => `gradient.${name}`);
  const session = await openSession(lossOutputs(graph), {
    kept: keepGradients ? gradientNames : [],
    packsWeights: true,
  });
  return {
    provider: session.provider,
    async run(values, batch) {
      const feeds: Record<string, Feed> = {
        ...rowsOf(batch.inputs, model.inputs, 0, batchSize),
        ...rowsOf(batch.targets, model.targets, 0, batchSize),
        ...Object.fromEntries(values),
      };
      const { results, kept } = await session.runKeeping(asked(session, feeds));
      return {
        ...lossesFrom(results, graph),
        gradients: gradientsFrom({ ...results, ...kept }, graph.gradients.keys()),
      };
    },
    release: () => session.release(),
  };
}

/** A step's gradients among its results, which call them `gradient.NAME`. */
export function gradientsFrom(
  results: Readonly<Record<string, Feed>>,
  names: Iterable<string>,
): ReadonlyMap<string, Feed> {
  return new Map([...names].map((name) => [name, results[`gradient.${name}`]!]));
}

/**
 * Clips of a batch that pass `encode` together in a graph. Each portion is a copy of it, and the time that ONNX Runtime
 * takes to open the graph grows with the square of their number: as few clips as are fastest in eight portions, twice
 * as many where that would take more, and sixteen portions at most.
 * @param widest bytes of a clip's widest activation.
 */
export function portionOf(batchSize: number, widest: number, activationBytes: number): number {
  const clips = (bytes: number) => clipsTogether(batchSize, bytes, widest);
  const inEight = Math.min(clips(2 * activationBytes), Math.ceil(batchSize / 8));
  return Math.max(clips(activationBytes), inEight, Math.ceil(batchSize / 16));
}
