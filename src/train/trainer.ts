// What takes the steps of a run: gradients, and the optimiser's step by them.
import type { Provider } from '../runtime/session.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { StepReport } from './loss-graph.ts';
import type { StepOptions } from './open-step.ts';
import type { OptimisersOfAims } from './optimiser.ts';
import type { TrainingSettings } from './settings.ts';
import type { StepBatch } from './step.ts';

export type Trainer = {
  readonly provider: Provider;
  /**
   * Takes one step.
   * @throws DuetError when the numbers can no longer lead anywhere; they are then as before the step.
   */
  step(batch: StepBatch, learningRate: number): Promise<TakenStep>;
  /** Computes a step's gradients and forgets them: how long does that take? */
  rehearse(batch: StepBatch): Promise<void>;
  /** Brings the checkpoint's numbers to where the steps have led. */
  collect(): Promise<void>;
  /** After an error: collects, or, where the numbers are lost, takes the checkpoint back to the last time. */
  recover(): Promise<void>;
  release(): Promise<void>;
};

export type TakenStep = Omit<StepReport, 'noise'>;

export type TrainerOptions = StepOptions & {
  readonly training: Pick<TrainingSettings, 'optimizer' | 'weightDecay' | 'clipNorm' | 'seed'>;
  /** Of aims that are not trained by the run's own optimiser. */
  readonly optimisers?: OptimisersOfAims | undefined;
  /** The decay, at most, of a moving average of the weights that the checkpoint is to have. */
  readonly averaging?: number | undefined;
  /** Changed in place: its numbers with each step or with `collect`, its progress by the loop. */
  readonly checkpoint: Checkpoint;
  readonly onNote: (text: string) => void;
};
