// A model's answers on every example, for looking inside.
import { openStoredFeed } from '../../../src/data/stored-feed.ts';
import { openPredictor } from '../../../src/infer/predictor.ts';
import type { Adapter } from '../../../src/systems/ma-avt/adapter.ts';
import type { Robustness } from '../../../src/systems/ma-avt/robustness.ts';
import { scoreSplit } from '../../../src/systems/ma-avt/score.ts';
import type { TrainingConfig } from '../../../src/systems/ma-avt/training-config.ts';
import type { Backbone } from '../../../src/weights/backbone.ts';
import type { StoredClip } from '../storage/stored-example.ts';
import type { Compute } from './compute.ts';
import { feedOptions } from './stored-clips.ts';

export type InspectedClip = {
  readonly id: string;
  readonly label: number;
  readonly predicted: number;
  readonly probabilities: readonly number[];
};

export type Inspection = {
  readonly classes: readonly string[];
  readonly clips: readonly InspectedClip[];
  /** Share of clips that are said to be what they are, 0 to 1. */
  readonly accuracy: number;
  readonly backgroundAuc: number | undefined;
  readonly robustness: Robustness | undefined;
};

export type InspectionOptions = {
  readonly clips: readonly Omit<StoredClip, 'split'>[];
  readonly adapter: Adapter;
  readonly backbone: Backbone;
  readonly training: TrainingConfig;
  readonly compute: Compute;
  readonly onProgress: (done: number, total: number) => void;
};

/** Scores clips whose class the model knows, with both modalities and with each alone. */
export async function inspectClips(options: InspectionOptions): Promise<Inspection> {
  const { adapter, backbone, training, compute, onProgress } = options;
  const { classes } = adapter;
  const clips = options.clips.flatMap((clip) =>
    classes.includes(clip.label) ? [{ ...clip, split: 'val' as const }] : [],
  );
  const feed = openStoredFeed({ ...feedOptions(clips, classes, adapter.inputs, training), batchSize: 8 });
  const predictor = await openPredictor({
    backbone,
    model: adapter.model,
    batchSize: 8,
    openSession: compute.openSession,
  });
  try {
    const severalClasses = new Set(clips.map(({ label }) => label)).size > 1;
    const score = await scoreSplit('val', {
      ...{
        feed,
        predictor,
        adapter: adapter.tensors,
        classes: classes.length,
        backgroundThreshold: adapter.backgroundThreshold,
      },
      ...(severalClasses && { mismatchSeed: 0 }),
      robustness: true,
      onClips: (done) => onProgress(done, clips.length * (severalClasses ? 4 : 3)),
    });
    return {
      classes,
      clips: score.clips.map(({ id, label, predicted, probabilities }) => ({
        id,
        label,
        predicted,
        probabilities: [...probabilities],
      })),
      accuracy: score.accuracy,
      backgroundAuc: score.backgroundAuc,
      robustness: score.robustness,
    };
  } finally {
    await predictor.release();
  }
}
