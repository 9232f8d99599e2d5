// One training step as one graph: forward, losses and gradients of every trainable parameter.
import { differentiate } from '../graph/differentiate.ts';
import { elementCount, type Tensor } from '../graph/tensor.ts';
import { asked, pad } from '../infer/predictor.ts';
import { clipsTogether } from '../model/clips-together.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import type { Feed, KeptTensor, OpenSession, Provider } from '../runtime/session.ts';
import { type MaAvtLosses, maAvt, maAvtLosses } from '../systems/ma-avt/model.ts';
import { modulatedGradients } from '../systems/ma-avt/modulation.ts';
import type { MaAvtConfig } from '../systems/ma-avt/settings.ts';
import type { Backbone } from '../weights/backbone.ts';
import { parameterInputs, pictureInputs, targetFeeds, targetInputs } from './step-inputs.ts';

export type StepBatch = {
  /** [B, 3, height, width] */
  readonly images: Float32Array;
  /** [B, 1, height, width] */
  readonly spectrograms: Float32Array;
  /** [B, K]: a distribution over classes, zeros for background clips and padding. */
  readonly classTargets: Float32Array;
  /** [B]: 1 for background clips. */
  readonly backgroundTargets: Float32Array;
  /** [B, K] each: what the picture and the sound show by themselves. */
  readonly pictureTargets: Float32Array;
  readonly soundTargets: Float32Array;
  /** [B, readWidth] each: factors on the features that the class heads read; by default ones. */
  readonly masks?: { readonly visual: Float32Array; readonly audio: Float32Array } | undefined;
};

export type StepLosses = Readonly<Record<keyof MaAvtLosses, number>>;

/** @typeParam Gradient an array, or what stays on the device. */
export type StepResult<Gradient = Float32Array> = {
  readonly losses: StepLosses;
  /** One for each parameter. */
  readonly gradients: ReadonlyMap<string, Gradient>;
  readonly classLogits: Float32Array;
  readonly backgroundLogits: Float32Array | undefined;
  /** How CLS of the last block attends to the patches, [B, P]; undefined for a model without pictures. */
  readonly visualAttention: Float32Array | undefined;
  /** With modulation, how strong the noise of a gradient has to be. */
  readonly deviations: ReadonlyMap<string, number>;
};

export type TrainingStep<Gradient = Float32Array> = {
  readonly provider: Provider;
  run(parameters: ReadonlyMap<string, Feed>, batch: StepBatch): Promise<StepResult<Gradient>>;
  release(): Promise<void>;
};

export type TrainingStepOptions = {
  readonly backbone: Backbone;
  readonly config: MaAvtConfig;
  /** Clips in a batch; a smaller last batch is padded with clips that take no part. */
  readonly batchSize: number;
  /** Height and width of pictures and spectrograms. */
  readonly imageSize: readonly [number, number];
  /** Whether the gradients of the modality that is ahead are shortened. Default: none. */
  readonly modulation?: 'none' | 'ogm-ge';
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
  const { keepGradients = false, backbone, config, batchSize, imageSize } = options;
  const chunk = chunkOf(batchSize, options);
  const parameters = parameterInputs(config);
  const trainable = (name: string): Tensor => {
    const parameter = parameters.get(name);
    if (!parameter) throw new Error(`the model has no parameter ${name}`);
    return parameter;
  };
  const weights = {
    positions: backbone.weights.get('pos_embed')!.data,
    frozen: frozenWeights(backbone.weights),
    trainable,
  };
  const pictures = pictureInputs(batchSize, imageSize);
  const inputs = targetInputs(batchSize, config);
  const { targets, masks } = inputs;
  const outputs = maAvt({ ...pictures, masks }, weights, config, { chunk, forGradients: true });
  const losses = maAvtLosses(outputs, targets, trainable, config);
  const { gradients, deviations } =
    options.modulation === 'ogm-ge'
      ? modulatedGradients(losses.total, outputs, targets.classes, parameters, config)
      : { gradients: differentiate(losses.total, [...parameters.values()]), deviations: new Map<string, Tensor>() };
  const { visual: visualAttention } = outputs.features.attention;
  const named = {
    ...Object.fromEntries(Object.entries(losses).map(([name, loss]) => [`loss.${name}`, loss])),
    ...Object.fromEntries([...parameters.keys()].map((name, index) => [`gradient.${name}`, gradients[index]!])),
    class_logits: outputs.classLogits,
    ...(outputs.backgroundLogits && { background_logits: outputs.backgroundLogits }),
    ...(visualAttention && { visual_attention: visualAttention }),
    ...Object.fromEntries([...deviations].map(([name, deviation]) => [`deviation.${name}`, deviation])),
  };
  const gradientNames = [...parameters.keys()].map((name) => `gradient.${name}`);
  const session = await options.openSession(named, { kept: keepGradients ? gradientNames : [], packsWeights: true });
  return {
    provider: session.provider,
    async run(values, batch) {
      const feeds: Record<string, Feed> = {
        images: pad(batch.images, elementCount(pictures.images.shape)),
        spectrograms: pad(batch.spectrograms, elementCount(pictures.spectrograms.shape)),
        ...targetFeeds(batch, inputs),
        ...Object.fromEntries(values),
      };
      const { results, kept } = await session.runKeeping(asked(session, feeds));
      const gradients: Record<string, Feed> = { ...results, ...kept };
      const loss = (name: keyof StepLosses) => results[`loss.${name}`]![0]!;
      return {
        losses: mapLosses(loss),
        gradients: new Map([...values.keys()].map((name) => [name, gradients[`gradient.${name}`]!])),
        classLogits: results.class_logits!,
        backgroundLogits: results.background_logits,
        visualAttention: results.visual_attention,
        deviations: new Map([...deviations.keys()].map((name) => [name, results[`deviation.${name}`]![0]!])),
      };
    },
    release: () => session.release(),
  };
}

/**
 * Clips of a batch that pass the blocks of a graph together. Each chunk is a copy of the graph, and the time that ONNX
 * Runtime takes to open it grows with the square of their number: as few clips as are fastest in eight chunks, twice as
 * many where that would take more chunks, and sixteen chunks at most.
 */
export function chunkOf(
  batchSize: number,
  { backbone, openSession }: Pick<TrainingStepOptions, 'backbone' | 'openSession'>,
): number {
  const clips = (bytes: number) => clipsTogether(batchSize, bytes, backbone.config);
  const { activationBytes } = openSession;
  const inEight = Math.min(clips(2 * activationBytes), Math.ceil(batchSize / 8));
  return Math.max(clips(activationBytes), inEight, Math.ceil(batchSize / 16));
}

export const lossNames = [
  'total',
  'foreground',
  'background',
  'contrastive',
  'own',
] as const satisfies (keyof MaAvtLosses)[];

/** A value for each of the losses. */
export function mapLosses<Value>(value: (name: keyof MaAvtLosses) => Value): Record<keyof MaAvtLosses, Value> {
  return Object.fromEntries(lossNames.map((name) => [name, value(name)])) as Record<keyof MaAvtLosses, Value>;
}
