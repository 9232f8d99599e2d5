// A trained adapter applied to open media, window by window, whatever system it is of: the same in Node and in a page.
import type { Intake, Window } from '../data/intake.ts';
import { openPredictor } from '../infer/predictor.ts';
import type { Media } from '../media/media.ts';
import { type Owned, owned } from '../owned.ts';
import type { OpenSession } from '../runtime/session.ts';
import type { Adapter } from './adapter.ts';
import { readingIntake } from './reading-intake.ts';

/** A window of a clip and the system's answer for it, whose type is that of the system. */
export type PredictedWindow = { readonly window: Window; readonly answer: unknown };

/** How windows are laid over a clip. */
export type PredictOptions = {
  /** Seconds from one window of a longer clip to the next; by default the system's own choice. */
  readonly hop?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** A loaded model that answers for windows of open media. Release it when done. */
export type Prediction = {
  readonly adapter: Adapter;
  readonly provider: string;
  /** The windows of an open clip, without their answers. @throws DuetError for clips that cannot be read. */
  windows: Intake['windows'];
  /** The answer for one window, whose inputs the adapter's intake made. */
  answer(window: Window): Promise<unknown>;
  /**
   * The windows of an open clip in order; a clip no longer than a window is one. @throws DuetError for clips that
   * cannot be read.
   */
  predictMedia(media: Media, options?: PredictOptions): AsyncGenerator<PredictedWindow>;
  /** Frees the model; it cannot answer after that. */
  release(): Promise<void>;
};

/** The adapter, and where its graph runs. */
export type PredictionOptions = {
  readonly adapter: Adapter;
  readonly openSession: OpenSession;
  /** Also compute what is only shown to people, such as maps, which takes longer. Default: no. */
  readonly shown?: boolean | undefined;
};

/** Loads the model for one window at a time. Release it when done. */
export async function openPrediction({
  adapter,
  openSession,
  shown = false,
}: PredictionOptions): Promise<Owned<Prediction>> {
  const { open, known, tensors } = adapter;
  const { always, shown: more } = open.extras;
  const predictor = await openPredictor({
    ...{ backbone: known.backbone, model: open.folded, batchSize: 1, openSession },
    extras: shown ? [...always, ...more] : always,
  });
  const reading = readingIntake(open, () => openSession);
  const answer = async (window: Window) => open.answer(await predictor.run(tensors, window.inputs, 1), window);
  const release = async () => {
    await predictor.release();
    await reading.release();
  };
  const predictMedia: Prediction['predictMedia'] = async function* (media, { hop, signal } = {}) {
    for await (const window of reading.intake.windows(media, { hop })) {
      signal?.throwIfAborted();
      yield { window, answer: await answer(window) };
    }
  };
  const windows: Intake['windows'] = (media, given) => reading.intake.windows(media, given);
  return owned({ adapter, provider: predictor.provider, windows, answer, predictMedia, release }, release);
}
