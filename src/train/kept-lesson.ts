// A stage on features that are computed once: which are kept, and how they become steps.
import type { Pass, Row } from '../data/intake.ts';
import type { ParameterValues } from '../model/parameters.ts';
import type { Results } from '../runtime/feeds.ts';
import type { OptimiserSettings } from './optimiser.ts';
import type { StepBatch } from './step.ts';

/** A row, and what the losses read of it by name. */
export type KeptRow = { readonly row: Row; readonly features: Results };

/** Where the steps' batches come from, once there are features. */
export type KeptBatches = {
  /** @param step counted from 0. */
  batch(step: number): StepBatch;
  /** After the last step, with the values of the stage's parameters: changed in place. */
  finish?(values: ParameterValues): void;
};

export type KeptLesson = {
  /** Walks over the training clips, each as large as the last; features are kept of as many as there is room for. */
  readonly walks: readonly Pass[];
  /** Rows whose features are kept at most. */
  readonly mostRows: number;
  /** Rows of a step. */
  readonly batchSize: number;
  readonly steps: number;
  readonly optimiser: OptimiserSettings;
  /** @param step counted from 0. */
  learningRate(step: number): number;
  begin(rows: readonly KeptRow[]): KeptBatches;
};
