// How many epochs a training has, so that it keeps to the time that somebody gives it.
import type { TrainingSettings } from '../../../src/train/settings.ts';

export type Planned = Pick<TrainingSettings, 'epochs' | 'warmupEpochs'>;

export type EpochPlan = {
  /** As it is now. */
  planned(): Planned;
  /** What the first step leads to expect. @returns the plan. */
  expect(stepSeconds: number): Planned;
  /** A first epoch says more than a step. @param spent seconds since the first epoch began. @returns the plan. */
  after(epochs: number, spent: number): Planned;
};

export type EpochPlanOptions = {
  /** Seconds that the epochs may take; undefined for a run that goes on as it was planned. */
  readonly budget: number | undefined;
  /** Of the run: what it was planned for, or before its first step what the recipe says. */
  readonly settings: Planned;
  readonly clips: { readonly train: number; readonly val: number };
  readonly batchSize: number;
};

const fewestEpochs = 3;
const mostEpochs = 60;

export function planWithin({ budget, settings, clips, batchSize }: EpochPlanOptions): EpochPlan {
  const planFor = (epochs: number): Planned => ({
    epochs,
    warmupEpochs: Math.min(settings.warmupEpochs, epochs / 6),
  });
  let plan: Planned = budget === undefined ? settings : planFor(mostEpochs);
  return {
    planned: () => plan,
    expect(stepSeconds) {
      if (budget === undefined) return plan;
      const steps = Math.ceil(clips.train / batchSize);
      // Validation runs forwards alone, each clip as it is and once with another sound.
      const validation = (clips.val * 2 * stepSeconds) / (3 * batchSize);
      plan = planFor(within(fewestEpochs, Math.floor(budget / Math.max(steps * stepSeconds + validation, 1e-3))));
      return plan;
    },
    after(epochs, spent) {
      if (budget === undefined || epochs === 0) return plan;
      const fitting = within(Math.max(fewestEpochs, epochs), Math.floor((budget * epochs) / spent));
      if (epochs === 1 || fitting < 0.9 * plan.epochs) plan = planFor(fitting);
      return plan;
    },
  };
}

function within(fewest: number, epochs: number): number {
  return Math.min(mostEpochs, Math.max(fewest, epochs));
}
