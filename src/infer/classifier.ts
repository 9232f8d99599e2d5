// A trained adapter applied to files.
import { type MissingPolicy, type WindowInputs, windowInputs } from '../data/model-inputs.ts';
import type { Media, MediaReference } from '../media/media.ts';
import { openReference } from '../media/open-reference-node.ts';
import { nodeSessions } from '../runtime/node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { frontEnds } from '../signal/front-ends.ts';
import type { Backbone } from '../weights/backbone.ts';
import { type Adapter, openAdapter } from './adapter.ts';
import { indexOfLargest, sigmoid, softmaxRows } from './decision.ts';
import { openPredictor } from './predictor.ts';
import { windowStarts } from './timeline.ts';

export type WindowPrediction = {
  /** Seconds on the clip's clock. */
  readonly start: number;
  readonly end: number;
  /** For each class of the adapter, summing to one. */
  readonly probabilities: readonly number[];
  /** Index of the best class. */
  readonly best: number;
  /** How likely sound and picture do not belong together; undefined for a model without a background head. */
  readonly backgroundProbability: number | undefined;
  readonly isBackground: boolean;
  /**
   * [rows, columns] of patches, summing to one; of the sound over the spectrogram's own axes. Undefined for a modality that the model
   * does not take.
   */
  readonly visualAttention: Float32Array | undefined;
  readonly audioAttention: Float32Array | undefined;
  readonly inputs: WindowInputs;
};

export type ClassifierOptions = {
  /** Folder that training wrote, or any adapter folder. */
  readonly run: string;
  /** Where the backbone lies now, if not where the adapter says. */
  readonly backbone?: string | undefined;
  readonly session?: SessionOptions;
};

export type PredictOptions = {
  /** Seconds from one window of a longer clip to the next; by default half a window. */
  readonly hop?: number | undefined;
  /** What to do about a clip without picture or sound. Default: refuse it. */
  readonly missing?: MissingPolicy | undefined;
  readonly signal?: AbortSignal;
};

export type Classifier = {
  readonly adapter: Adapter;
  readonly backbone: Backbone;
  readonly provider: string;
  /** Seconds that one window hears. */
  readonly windowSeconds: number;
  /** Rows and columns of the attention maps. */
  readonly grid: readonly [number, number];
  /** The windows of a clip in order; a clip no longer than a window is one. @throws DuetError for clips that cannot be read. */
  predict(reference: MediaReference, options?: PredictOptions): AsyncGenerator<WindowPrediction>;
  release(): Promise<void>;
};

/** Opens adapter and backbone once, for any number of clips. Release it when done. */
export async function openClassifier({ run, backbone: source, session }: ClassifierOptions): Promise<Classifier> {
  const { adapter, backbone } = await openAdapter(run, source);
  const predictor = await openPredictor({ backbone, config: adapter.model, batchSize: 1, openSession: nodeSessions(session) });
  const { seconds } = frontEnds[adapter.inputs.frontEnd];
  const { inputSize, patchSize } = backbone.config;

  async function predictWindow(media: Media, start: number, missing: MissingPolicy): Promise<WindowPrediction> {
    const inputs = await windowInputs(media, start, adapter.inputs, missing);
    const result = await predictor.run(adapter.tensors, { images: inputs.image, spectrograms: inputs.spectrogram, count: 1 });
    const probabilities = [...softmaxRows(result.classLogits, adapter.classes.length)[0]!];
    const backgroundProbability = result.backgroundLogits && sigmoid(result.backgroundLogits[0]!);
    return {
      ...inputs.window,
      probabilities,
      best: indexOfLargest(probabilities),
      backgroundProbability,
      isBackground: backgroundProbability !== undefined && backgroundProbability > adapter.backgroundThreshold,
      visualAttention: result.visualAttention,
      audioAttention: result.audioAttention,
      inputs,
    };
  }

  return {
    adapter,
    backbone,
    provider: predictor.provider,
    windowSeconds: seconds,
    grid: [inputSize[0] / patchSize, inputSize[1] / patchSize],
    async *predict(reference, { hop = seconds / 2, missing = 'error', signal } = {}) {
      const media = await openReference(reference);
      try {
        for (const start of windowStarts(media.duration, seconds, hop)) {
          signal?.throwIfAborted();
          yield await predictWindow(media, start, missing);
        }
      } finally {
        await media.close();
      }
    },
    release: () => predictor.release(),
  };
}
