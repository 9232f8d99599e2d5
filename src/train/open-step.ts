// The step that suits a stage and the memory: on kept features, on a whole batch at once, or on it in parts.
import type { Feed, KeptTensor } from '../runtime/session.ts';
import { openKeptStep, trainedBeforeFeatures } from './kept-features.ts';
import { type KeepGradients, openTrainingStep, type TrainingStep, type TrainingStepOptions } from './step.ts';
import { openStepInParts } from './step-in-parts.ts';
import { openStepOnKeptRows } from './step-on-kept-rows.ts';

export type StepOptions = TrainingStepOptions & {
  /** Clips whose activations are in memory at the same time; default: the whole batch. */
  readonly clipsAtOnce?: number | undefined;
  /** Whether batches have `rowNames`. */
  readonly rowsRepeat?: boolean | undefined;
};

/** Builds and loads the step. Release it when done, and the gradients that it keeps. */
export function openStep(options: StepOptions & KeepGradients): Promise<TrainingStep<KeptTensor>>;
export function openStep(options: StepOptions): Promise<TrainingStep>;
export function openStep(options: StepOptions & Partial<KeepGradients>): Promise<TrainingStep<Feed>> {
  const { stage, batchSize, clipsAtOnce = batchSize } = options;
  const asked = options as StepOptions & KeepGradients;
  if (stage.on === 'kept features') return openKeptStep(asked);
  // On a device batches are quick, and gradients stay there.
  const keepsRows = options.rowsRepeat && !options.keepGradients && !stage.model.gradients;
  if (keepsRows && trainedBeforeFeatures(options).length === 0) return openStepOnKeptRows(asked);
  return clipsAtOnce < batchSize ? openStepInParts({ ...asked, clipsAtOnce }) : openTrainingStep(asked);
}
