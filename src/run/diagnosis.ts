// What a system measures of the parameters at an epoch's end, beside its metrics.
import type { Feed } from '../data/feed.ts';
import { plainPass } from '../data/intake.ts';
import { openPredictor, type PredictorOptions } from '../infer/predictor.ts';
import type { Diagnosis } from '../systems/system.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import { askAbout } from './ask.ts';

export type OpenDiagnosis = {
  /** Measures where enough has been learned since the last time. @param isEnd measures whatever has been learned. */
  measure(epoch: number, isEnd?: boolean): Promise<void>;
  release(): Promise<void>;
};

export type DiagnosisOptions = Omit<PredictorOptions, 'model'> & {
  readonly feed: Feed;
  readonly checkpoint: Checkpoint;
  readonly onEvent: (event: { readonly kind: 'diagnosis'; readonly epoch: number; readonly value: unknown }) => void;
};

/** More clips would change a mean little. */
const mostRows = 64;

/** A curve changes ever more slowly: each measurement comes after so many times the epochs of the one before. */
const growth = 2;

/** Loads the measuring graph. What is measured goes into the run's progress. Release it when done. */
export async function openDiagnosis({ model, measure }: Diagnosis, options: DiagnosisOptions): Promise<OpenDiagnosis> {
  const { feed, checkpoint, onEvent } = options;
  const { progress, parameters } = checkpoint;
  const predictor = await openPredictor({ ...options, model });
  return {
    async measure(epoch, isEnd = false) {
      const last = progress.diagnosis.at(-1)?.epoch;
      if (last !== undefined && (epoch <= last || (epoch < growth * last && !isEnd))) return;
      const split = (await feed.count('val')) > 0 ? 'val' : 'train';
      const ask = askAbout({ feed, predictor, adapter: parameters, split, most: mostRows });
      const value = await measure(ask(plainPass('evaluate')));
      if (value === undefined) return;
      progress.diagnosis.push({ epoch, value });
      onEvent({ kind: 'diagnosis', epoch, value });
    },
    release: () => predictor.release(),
  };
}
