// What takes the steps of a run: gradients, and the optimiser's step by them.
import type { Provider } from '../runtime/session.ts';
import type { TrainingConfig } from '../systems/ma-avt/recipes.ts';
import { openDeviceTrainer } from './device-trainer.ts';
import { openHostTrainer } from './host-trainer.ts';
import type { Checkpoint } from './progress.ts';
import type { StepBatch, StepResult, TrainingStepOptions } from './training-step.ts';

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

export type TakenStep = Omit<StepResult, 'gradients' | 'deviations'>;

export type TrainerOptions = Omit<TrainingStepOptions, 'modulation'> & {
  readonly training: TrainingConfig;
  /** Changed in place: its numbers with each step or with `collect`, its progress by the loop. */
  readonly checkpoint: Checkpoint;
  /** Clips whose activations are in memory at the same time; default: the whole batch. */
  readonly clipsAtOnce?: number | undefined;
  readonly onNote: (text: string) => void;
};

/** Where results can stay on a device, so do parameters and moments, from step to step. Release it when done. */
export function openTrainer(options: TrainerOptions): Promise<Trainer> {
  // Modulated gradients are given noise, which is drawn here.
  return options.openSession.keepsTensors && options.training.modulation === 'none'
    ? openDeviceTrainer(options)
    : openHostTrainer(options);
}
