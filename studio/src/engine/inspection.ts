// A model's answers on every example, for looking inside.

import type { Adapter } from '../../../src/run/adapter.ts';
import { evaluateRun } from '../../../src/run/evaluate.ts';
import type { ScoredClip } from '../../../src/systems/system.ts';
import type { Metric, Metrics } from '../../../src/train/metric.ts';
import type { StoredClip } from '../storage/stored-example.ts';
import type { Compute } from './compute.ts';
import { feedOfStored } from './stored-clips.ts';

export type InspectedClip = {
  readonly id: string;
  readonly label: number;
  readonly predicted: number;
  readonly probabilities: readonly number[];
};

export type Inspection = {
  readonly classes: readonly string[];
  readonly clips: readonly InspectedClip[];
  readonly metrics: Metrics;
  /** What the system says of its metrics. */
  readonly described: readonly Metric[];
};

export type InspectionOptions = {
  readonly clips: readonly Omit<StoredClip, 'split'>[];
  readonly adapter: Adapter;
  readonly compute: Compute;
  readonly onProgress: (done: number, total: number) => void;
};

/** Scores clips whose class the model knows, as `duet evaluate` does. */
export async function inspectClips({ clips, adapter, compute, onProgress }: InspectionOptions): Promise<Inspection> {
  const { system, open, known } = adapter;
  const { labels: classes } = known;
  const split = 'val' as const;
  const asked = clips.flatMap((clip) => (classes.includes(clip.label) ? [{ ...clip, split }] : []));
  const feed = feedOfStored(asked, { intake: open.intake, batchSize: 8 });
  const { scored } = await evaluateRun({
    ...{ adapter, feed, split, batch: 8, openSession: compute.openSession },
    // A system walks over the clips as often as it likes: the progress is that of the walk.
    onRows: (done) => onProgress(((done - 1) % asked.length) + 1, asked.length),
  });
  return {
    ...{ classes, metrics: scored.metrics, described: system.metrics },
    clips: scored.clips.flatMap((clip) => inspected(clip, classes) ?? []),
  };
}

/** Undefined for a system whose clips are not classified. */
function inspected(
  { path: id, label, predicted, probabilities }: ScoredClip,
  classes: readonly string[],
): InspectedClip | undefined {
  if (typeof label !== 'string' || typeof predicted !== 'string') return undefined;
  const shares = probabilities as Readonly<Record<string, number>>;
  return {
    ...{ id, label: classes.indexOf(label), predicted: classes.indexOf(predicted) },
    probabilities: classes.map((name) => shares[name]!),
  };
}
