// A trainer whose parameters lie in this process: they are fed to each step, and the gradients come back.
import { checkGradients } from './check-gradients.ts';
import { addGradientNoise } from './gradient-noise.ts';
import { copyOf, decayAt, updateAverage } from './moving-average.ts';
import { openStep } from './open-step.ts';
import { clipGradients, optimiserOf, optimiserSettings, optimiserStep, sumOfSquares } from './optimiser.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

export async function openHostTrainer(options: TrainerOptions): Promise<Trainer> {
  const { stage, training, optimisers, averaging, checkpoint, onNote } = options;
  const { parameters, state, progress } = checkpoint;
  const { clipNorm, seed } = training;
  const settings = optimiserOf(stage.model, optimiserSettings(training), optimisers);
  const step = await openStep(options);
  return {
    provider: step.provider,
    async step(batch, learningRate) {
      const { gradients, noise, ...taken } = await step.run(parameters, batch);
      const squares = [...gradients].map(([name, values]) => [name, sumOfSquares(values)] as const);
      checkGradients(taken.losses, new Map(squares), progress.steps, onNote);
      addGradientNoise(gradients, noise, seed, progress.steps);
      if (clipNorm > 0) clipGradients(gradients, clipNorm);
      if (averaging !== undefined) checkpoint.average ??= copyOf(parameters);
      optimiserStep(parameters, gradients, state, learningRate, settings);
      if (averaging !== undefined) updateAverage(checkpoint.average!, parameters, decayAt(state.step, averaging));
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
