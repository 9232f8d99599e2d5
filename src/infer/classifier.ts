// A trained adapter applied to files.
import { type MediaReader, openMediaReader } from '../data/media-reader-node.ts';
import type { MediaReference } from '../media/media.ts';
import { nodeSessions } from '../runtime/node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { openAdapter } from './open-adapter-node.ts';
import {
  openWindowClassifier,
  type PredictOptions,
  type WindowClassifier,
  type WindowPrediction,
} from './window-classifier.ts';

export type { PredictOptions, WindowPrediction } from './window-classifier.ts';

export type ClassifierOptions = {
  /** Folder that training wrote, or any adapter folder. */
  readonly run: string;
  /** Where the backbone lies now, if not where the adapter says. */
  readonly backbone?: string | undefined;
  readonly session?: SessionOptions;
  /** Also say where the model finds what sounds, which takes a pass back through half of the blocks. Default: no. */
  readonly evidence?: boolean;
  /** Stops a download of the backbone. */
  readonly signal?: AbortSignal;
};

export type Classifier = WindowClassifier & {
  /** Opens clips to be classified; closed with the classifier. */
  readonly reader: MediaReader;
  /**
   * The windows of a clip in order; a clip no longer than a window is one. @throws DuetError for clips that cannot be
   * read.
   */
  predict(reference: MediaReference, options?: PredictOptions): AsyncGenerator<WindowPrediction>;
};

/** Opens adapter and backbone once, for any number of clips. Release it when done. */
export async function openClassifier({
  run,
  backbone,
  session,
  evidence,
  signal,
}: ClassifierOptions): Promise<Classifier> {
  const reader = await openMediaReader();
  const classifier = await openAdapter(run, backbone, signal)
    .then((opened) => openWindowClassifier({ ...opened, openSession: nodeSessions(session), evidence }))
    .catch((error) => {
      reader.close();
      throw error;
    });
  return {
    ...classifier,
    reader,
    release() {
      reader.close();
      return classifier.release();
    },
    async *predict(reference, options) {
      const media = await reader.open(reference, options?.signal);
      try {
        yield* classifier.predictMedia(media, options);
      } finally {
        await media.close();
      }
    },
  };
}
