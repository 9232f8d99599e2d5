// A trained adapter applied to open media, window by window: the same in Node and in a page.
import { type MissingPolicy, type WindowInputs, windowInputs } from '../data/model-inputs.ts';
import type { Media } from '../media/media.ts';
import type { OpenSession } from '../runtime/session.ts';
import { frontEnds } from '../signal/front-ends.ts';
import type { Adapter } from '../systems/ma-avt/adapter.ts';
import type { Backbone } from '../weights/backbone.ts';
import { indexOfLargest, sigmoid, softmaxRows } from './decision.ts';
import { openPredictor } from './predictor.ts';
import { windowStarts } from './timeline.ts';

/** What the model says of one window. */
export type WindowAnswer = {
  /** For each class of the adapter, summing to one. */
  readonly probabilities: readonly number[];
  /** Index of the best class. */
  readonly best: number;
  /** How likely sound and picture do not belong together; undefined for a model without a background head. */
  readonly backgroundProbability: number | undefined;
  readonly isBackground: boolean;
  /**
   * Where the model finds what sounds: [rows, columns] of patches, summing to one; of the sound over the spectrogram's
   * own axes. Undefined for a modality that the model does not take, and where it was not asked for.
   */
  readonly visualEvidence: Float32Array | undefined;
  readonly audioEvidence: Float32Array | undefined;
  /** The paper's maps: what CLS attends to in the last block. */
  readonly visualAttention: Float32Array | undefined;
  readonly audioAttention: Float32Array | undefined;
};

export type WindowPrediction = WindowAnswer & {
  /** Seconds on the clip's clock. */
  readonly start: number;
  readonly end: number;
  readonly inputs: WindowInputs;
};

export type PredictOptions = {
  /** Seconds from one window of a longer clip to the next; by default half a window. */
  readonly hop?: number | undefined;
  /** What to do about a clip without picture or sound. Default: refuse it. */
  readonly missing?: MissingPolicy | undefined;
  readonly signal?: AbortSignal;
};

export type WindowClassifier = {
  readonly adapter: Adapter;
  readonly backbone: Backbone;
  readonly provider: string;
  /** Seconds that one window hears. */
  readonly windowSeconds: number;
  /** Rows and columns of the maps. */
  readonly grid: readonly [number, number];
  /** @param inputs of one window: `image` [3, height, width] and `spectrogram` [1, height, width]. */
  answer(inputs: Pick<WindowInputs, 'image' | 'spectrogram'>): Promise<WindowAnswer>;
  /**
   * The windows of an open clip in order; a clip no longer than a window is one. @throws DuetError for clips that
   * cannot be read.
   */
  predictMedia(media: Media, options?: PredictOptions): AsyncGenerator<WindowPrediction>;
  release(): Promise<void>;
};

export type WindowClassifierOptions = {
  readonly adapter: Adapter;
  readonly backbone: Backbone;
  readonly openSession: OpenSession;
  /** Also say where the model finds what sounds, which takes a pass back through half of the blocks. Default: no. */
  readonly evidence?: boolean | undefined;
};

/** Loads the model for one window at a time. Release it when done. */
export async function openWindowClassifier({
  adapter,
  backbone,
  openSession,
  evidence = false,
}: WindowClassifierOptions): Promise<WindowClassifier> {
  const extras = evidence ? ['attention', 'evidence'] : ['attention'];
  const predictor = await openPredictor({ backbone, model: adapter.model, batchSize: 1, openSession, extras });
  const { seconds } = frontEnds[adapter.inputs.frontEnd];
  const { inputSize, patchSize } = backbone.config;

  async function answer({ image, spectrogram }: Pick<WindowInputs, 'image' | 'spectrogram'>): Promise<WindowAnswer> {
    const result = await predictor.run(adapter.tensors, { images: image, spectrograms: spectrogram }, 1);
    const probabilities = [...softmaxRows(result.class_logits!, adapter.classes.length)[0]!];
    const { background_logits: backgroundLogits } = result;
    const backgroundProbability = backgroundLogits && sigmoid(backgroundLogits[0]!);
    return {
      probabilities,
      best: indexOfLargest(probabilities),
      backgroundProbability,
      isBackground: backgroundProbability !== undefined && backgroundProbability > adapter.backgroundThreshold,
      visualEvidence: result.visual_evidence,
      audioEvidence: result.audio_evidence,
      visualAttention: result.visual_attention,
      audioAttention: result.audio_attention,
    };
  }

  return {
    adapter,
    backbone,
    provider: predictor.provider,
    windowSeconds: seconds,
    grid: [inputSize[0] / patchSize, inputSize[1] / patchSize],
    answer,
    async *predictMedia(media, { hop = seconds / 2, missing = 'error', signal } = {}) {
      for (const start of windowStarts(media.duration, seconds, hop)) {
        signal?.throwIfAborted();
        const inputs = await windowInputs(media, start, adapter.inputs, missing);
        yield { ...inputs.window, ...(await answer(inputs)), inputs };
      }
    },
    release: () => predictor.release(),
  };
}
