// A stage on kept features from beginning to end: the features of the training clips, then the steps.
import type { Feed } from '../data/feed.ts';
import type { Stage } from '../model/model.ts';
import type { ParameterValues } from '../model/parameters.ts';
import type { OpenSession } from '../runtime/session.ts';
import type { Backbone } from '../weights/backbone.ts';
import { openFeatureExtractor, openKeptStep } from './kept-features.ts';
import type { KeptLesson, KeptRow } from './kept-lesson.ts';
import { createOptimiserState, optimiserStep } from './optimiser.ts';

export type KeptTraining = {
  readonly stage: Stage & { readonly lesson: KeptLesson };
  readonly backbone: Backbone;
  /** Of the stage's model; those that it trains are changed in place. */
  readonly values: ParameterValues;
  readonly openSession: OpenSession;
  readonly signal: AbortSignal | undefined;
};

/** The features of the training clips, walk by walk. @throws the signal's reason when it is aborted. */
export async function keptRows(
  { stage, backbone, values, openSession, signal }: KeptTraining,
  feed: Feed,
  onProgress: (done: number, total: number) => void,
): Promise<KeptRow[]> {
  const { walks, mostRows } = stage.lesson;
  const total = Math.min(mostRows, (await feed.count('train')) * walks.length);
  const extractor = await openFeatureExtractor({ backbone, model: stage.model, values, openSession });
  const kept: KeptRow[] = [];
  try {
    for (const walk of walks) {
      for await (const { rows, arrays, count } of feed.batches('train', walk)) {
        signal?.throwIfAborted();
        const features = await extractor.run(arrays, count);
        kept.push(...features.map((ofRow, index) => ({ row: rows[index]!, features: ofRow })));
        onProgress(Math.min(kept.length, total), total);
        if (kept.length >= total) return kept;
      }
    }
    return kept;
  } finally {
    await extractor.release();
  }
}

/** Takes the stage's steps on rows that are there. @throws the signal's reason when it is aborted. */
export async function trainOnKept(
  { stage, backbone, values, openSession, signal }: KeptTraining,
  rows: readonly KeptRow[],
): Promise<void> {
  const { lesson } = stage;
  const own = new Map([...values].filter(([name]) => stage.trains(name)));
  const state = createOptimiserState(own);
  const { batch, finish } = lesson.begin(rows);
  const step = await openKeptStep({ stage, backbone, batchSize: lesson.batchSize, openSession });
  try {
    for (let index = 0; index < lesson.steps; index++) {
      signal?.throwIfAborted();
      const { gradients } = await step.run(values, batch(index));
      optimiserStep(own, gradients, state, lesson.learningRate(index), lesson.optimiser);
    }
  } finally {
    await step.release();
  }
  finish?.(values);
}
