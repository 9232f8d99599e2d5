// A trainer whose parameters lie in this process: they are fed to each step, and the gradients come back.
import { checkGradients } from './check-gradients.ts';
import { addGradientNoise } from './gradient-noise.ts';
import { clipGradients, optimiserSettings, optimiserStep, sumOfSquares } from './optimiser.ts';
import { openStepInParts } from './step-in-parts.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';
import { openTrainingStep } from './training-step.ts';

export async function openHostTrainer(options: TrainerOptions): Promise<Trainer> {
  const { training, checkpoint, clipsAtOnce = Number.POSITIVE_INFINITY, onNote } = options;
  const { parameters, state, progress } = checkpoint;
  const { modulation, clipNorm, seed } = training;
  const step =
    clipsAtOnce < options.batchSize
      ? await openStepInParts({ ...options, clipsAtOnce })
      : await openTrainingStep({ ...options, modulation });
  return {
    provider: step.provider,
    async step(batch, learningRate) {
      const { gradients, deviations, ...taken } = await step.run(parameters, batch);
      const squares = [...gradients].map(([name, values]) => [name, sumOfSquares(values)] as const);
      checkGradients(taken.losses, new Map(squares), progress.steps, onNote);
      addGradientNoise(gradients, deviations, seed, progress.steps);
      if (clipNorm > 0) clipGradients(gradients, clipNorm);
      optimiserStep(parameters, gradients, state, learningRate, optimiserSettings(training));
      return taken;
    },
    async rehearse(batch) {
      await step.run(parameters, batch);
    },
    collect: async () => undefined,
    recover: async () => undefined,
    release: () => step.release(),
  };
}
