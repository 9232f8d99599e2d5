// One training step as one graph: forward, losses and gradients of every trainable parameter.
import { differentiate } from '../graph/differentiate.ts';
import { encodeOnnx } from '../graph/encode-onnx.ts';
import { elementCount, input, type Tensor } from '../graph/tensor.ts';
import { pad } from '../infer/predictor.ts';
import { type MaAvtConfig, trainableParameters } from '../model/config.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import { maAvt, maAvtLosses } from '../model/ma-avt.ts';
import { openNodeSession } from '../runtime/node.ts';
import type { Provider, SessionOptions } from '../runtime/session.ts';
import type { Backbone } from '../weights/backbone.ts';
import type { Parameters } from './optimiser.ts';

export type StepBatch = {
  /** [B, 3, height, width] */
  readonly images: Float32Array;
  /** [B, 1, height, width] */
  readonly spectrograms: Float32Array;
  /** [B, K]: a distribution over classes, zeros for background clips and padding. */
  readonly classTargets: Float32Array;
  /** [B]: 1 for background clips. */
  readonly backgroundTargets: Float32Array;
};

export type StepLosses = { readonly total: number; readonly foreground: number; readonly background: number; readonly contrastive: number };

export type StepResult = {
  readonly losses: StepLosses;
  readonly gradients: Parameters;
  readonly classLogits: Float32Array;
  readonly backgroundLogits: Float32Array | undefined;
  /** How CLS of the last block attends to the patches, [B, P]. */
  readonly visualAttention: Float32Array;
};

export type TrainingStep = {
  readonly provider: Provider;
  run(parameters: Parameters, batch: StepBatch): Promise<StepResult>;
  release(): Promise<void>;
};

export type TrainingStepOptions = {
  readonly backbone: Backbone;
  readonly config: MaAvtConfig;
  /** Clips in a batch; a smaller last batch is padded with clips that take no part. */
  readonly batchSize: number;
  /** Height and width of pictures and spectrograms. */
  readonly imageSize: readonly [number, number];
  /** Clips that pass the blocks together; see maAvt. */
  readonly chunk?: number;
  readonly session?: SessionOptions;
};

/** Builds and loads the step. Release it when done. */
export async function openTrainingStep(options: TrainingStepOptions): Promise<TrainingStep> {
  const { backbone, config, batchSize, imageSize } = options;
  const chunk = options.chunk ?? cacheFriendlyChunk(backbone, imageSize, batchSize);
  const parameters = new Map([...trainableParameters(config)].map(([name, { shape }]) => [name, input(name, shape)]));
  const trainable = (name: string): Tensor => {
    const parameter = parameters.get(name);
    if (!parameter) throw new Error(`the model has no parameter ${name}`);
    return parameter;
  };
  const weights = { positions: backbone.weights.get('pos_embed')!.data, frozen: frozenWeights(backbone.weights), trainable };
  const images = input('images', [batchSize, 3, ...imageSize]);
  const spectrograms = input('spectrograms', [batchSize, 1, ...imageSize]);
  const targets = { classes: input('class_targets', [batchSize, config.classes]), background: input('background_targets', [batchSize]) };
  const outputs = maAvt({ images, spectrograms }, weights, config, chunk);
  const losses = maAvtLosses(outputs, targets, trainable, config);
  const gradients = differentiate(losses.total, [...parameters.values()]);
  const graph = encodeOnnx({
    ...Object.fromEntries(Object.entries(losses).map(([name, loss]) => [`loss.${name}`, loss])),
    ...Object.fromEntries([...parameters.keys()].map((name, index) => [`gradient.${name}`, gradients[index]!])),
    class_logits: outputs.classLogits,
    ...(outputs.backgroundLogits && { background_logits: outputs.backgroundLogits }),
    visual_attention: outputs.features.attention.visual,
  });
  const session = await openNodeSession(graph, options.session);
  return {
    provider: session.provider,
    async run(values, batch) {
      const feeds: Record<string, Float32Array> = {
        images: pad(batch.images, elementCount(images.shape)),
        spectrograms: pad(batch.spectrograms, elementCount(spectrograms.shape)),
        class_targets: pad(batch.classTargets, elementCount(targets.classes.shape)),
        background_targets: pad(batch.backgroundTargets, batchSize),
        ...Object.fromEntries(values),
      };
      // A model without some part does not ask for that part's inputs.
      const asked = Object.fromEntries(Object.entries(feeds).filter(([name]) => graph.inputs.has(name)));
      const results = await session.run(asked);
      const loss = (name: keyof StepLosses) => results[`loss.${name}`]![0]!;
      return {
        losses: { total: loss('total'), foreground: loss('foreground'), background: loss('background'), contrastive: loss('contrastive') },
        gradients: new Map([...values.keys()].map((name) => [name, results[`gradient.${name}`]!])),
        classLogits: results.class_logits!,
        backgroundLogits: results.background_logits,
        visualAttention: results.visual_attention!,
      };
    },
    release: () => session.release(),
  };
}

/**
 * As many clips as keep a block's widest activation near 10 MB, which a processor's cache holds; but at most eight chunks,
 * as every chunk is a copy of the whole graph that ONNX Runtime has to plan.
 */
function cacheFriendlyChunk(
  { config: { patchSize, mlpWidth } }: Backbone,
  [height, width]: readonly [number, number],
  batchSize: number,
): number {
  const bytesOfClip = 2 * 4 * mlpWidth * ((height * width) / patchSize ** 2);
  return Math.min(batchSize, Math.max(Math.round(10e6 / bytesOfClip), Math.ceil(batchSize / 8)));
}
