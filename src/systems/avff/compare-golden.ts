// Does Duet's AVFF compute what a reference run of either stage computed? Answers, losses, gradients, and five steps of
// Adam on the same batch.
import type { Stage } from '../../model/model.ts';
import { parameterInputs, weightsFrom } from '../../model/parameters.ts';
import { clipInputs } from '../../model/passage.ts';
import { asked, type Results, rowsOf } from '../../runtime/feeds.ts';
import type { OpenSession } from '../../runtime/session.ts';
import { freshCheckpoint } from '../../train/checkpoint.ts';
import { type Comparison, relativeInNorm, relativeToLargest } from '../../train/comparison.ts';
import { openTrainer } from '../../train/open-trainer.ts';
import { openTrainingStep } from '../../train/step.ts';
import { type GoldenRun, recordedNames } from './golden.ts';

const steps = 5;
// Adam, and nothing else done to the gradients.
const training = { optimizer: 'adam', weightDecay: 0, clipNorm: 0, seed: 0 } as const;

/** Compares whatever the run recorded; its parameters are changed. */
export async function compareGoldenRun(run: GoldenRun, openSession: OpenSession): Promise<Comparison[]> {
  const { model, clips, batch, parameters, recorded, nameInFile, answerInFile } = run;
  const comparisons: Comparison[] = [];
  const compare = (group: Comparison['group'], name: string, ours: ArrayLike<number>) => {
    const reference = recorded(name);
    if (!reference || hasNoGradient(name)) return;
    const measure = group === 'gradients' || group === 'parameters' ? relativeInNorm : relativeToLargest;
    comparisons.push({ group, name, error: measure(Float32Array.from(ours), reference) });
  };
  for (const [name, values] of Object.entries(await answersOf(run, openSession)))
    compare('outputs', answerInFile(name), values);

  const stage: Stage = { name: 'reference run', model, on: 'clips', trains: () => true };
  const options = { stage, backbone: { weights: new Map() }, batchSize: clips, openSession };
  const step = await openTrainingStep(options);
  const checkpoint = freshCheckpoint(parameters);
  const trainer = await openTrainer({ ...options, training, checkpoint, onNote: () => undefined });
  const trajectories: Record<string, number[]> = { network: [], critic: [] };
  try {
    const first = await step.run(parameters, batch);
    for (const [name, loss] of Object.entries(first.losses)) compare('losses', recordedNames.losses(name), [loss]);
    for (const [name, gradient] of first.gradients) compare('gradients', `grad.${nameInFile(name)}`, gradient);
    for (let count = 0; count < steps; count++) {
      const { losses } = await trainer.step(batch, run.learningRate);
      for (const [name, trajectory] of Object.entries(trajectories)) trajectory.push(losses[name] ?? 0);
    }
    await trainer.collect();
  } finally {
    await step.release();
    await trainer.release();
  }
  for (const [aim, losses] of Object.entries(trajectories))
    compare('trajectory', recordedNames.trajectories(aim), losses);
  for (const [name, values] of parameters) compare('parameters', `after5.${nameInFile(name)}`, values);
  return comparisons;
}

async function answersOf(run: GoldenRun, openSession: OpenSession): Promise<Results> {
  const { model, clips, batch, extras, parameters } = run;
  const trained = weightsFrom(parameterInputs(model.parameters));
  const session = await openSession(model.answers(clipInputs(model.inputs, clips), trained, trained, extras));
  const feeds = { ...rowsOf(batch.inputs, model.inputs, 0, clips), ...Object.fromEntries(parameters) };
  try {
    return await session.run(asked(session, feeds));
  } finally {
    await session.release();
  }
}

/** A constant added to all of a critic's scores changes no loss: both runs have only rounding there. */
function hasNoGradient(name: string): boolean {
  return /critic\.fc2\.bias$/.test(name);
}
