import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../files/safetensors.ts';
import { parameterInputs, weightsFrom } from '../../model/parameters.ts';
import { clipInputs } from '../../model/passage.ts';
import { asked, rowsOf } from '../../runtime/feeds.ts';
import { nodeSessions } from '../../runtime/node.ts';
import { openTrainer } from '../../train/open-trainer.ts';
import { freshCheckpoint } from '../../train/progress.ts';
import { openTrainingStep } from '../../train/step.ts';
import { type GoldenRun, readGoldenRun, recordedNames } from './golden.ts';

const folder = '../shared/golden/systems';

type Errors = Readonly<Record<'outputs' | 'losses' | 'gradients' | 'trajectory' | 'parameters', Map<string, number>>>;

/** Runs the recorded steps in single precision; relative errors of everything that the file records. */
async function compare(run: GoldenRun): Promise<Errors> {
  const { model, clips, batch, parameters, recorded, nameInFile, answerInFile } = run;
  const errors: Errors = {
    ...{ outputs: new Map(), losses: new Map(), gradients: new Map() },
    ...{ trajectory: new Map(), parameters: new Map() },
  };
  const note = (group: keyof Errors, name: string, ours: ArrayLike<number>) => {
    const reference = recorded(name);
    if (reference) errors[group].set(name, relativeError(name, Float32Array.from(ours), reference));
  };
  const openSession = nodeSessions({ threads: 1 });
  for (const [name, values] of Object.entries(await answersOf(run))) note('outputs', answerInFile(name), values);

  const stage = { name: 'reference run', model, on: 'clips', trains: () => true } as const;
  const options = { stage, backbone: { weights: new Map() }, batchSize: clips, openSession };
  const step = await openTrainingStep(options);
  const training = { optimizer: 'adam', weightDecay: 0, clipNorm: 0, seed: 0 } as const;
  const trainer = await openTrainer({
    ...{ ...options, training, onNote: () => undefined },
    checkpoint: freshCheckpoint(parameters),
  });
  const trajectories: Record<string, number[]> = { network: [], critic: [] };
  try {
    const { gradients } = await step.run(parameters, batch);
    for (const [name, gradient] of gradients) note('gradients', `grad.${nameInFile(name)}`, gradient);
    for (let count = 0; count < 5; count++) {
      const { losses } = await trainer.step(batch, run.learningRate);
      for (const [name, loss] of Object.entries(losses)) {
        if (count === 0) note('losses', recordedNames.losses(name), [loss]);
        trajectories[name]?.push(loss);
      }
    }
    await trainer.collect();
  } finally {
    await step.release();
    await trainer.release();
  }
  for (const [aim, losses] of Object.entries(trajectories)) note('trajectory', recordedNames.trajectories(aim), losses);
  for (const [name, values] of parameters) note('parameters', `after5.${nameInFile(name)}`, values);
  return errors;
}

async function answersOf({ model, clips, batch, extras, parameters }: GoldenRun) {
  const trained = weightsFrom(parameterInputs(model.parameters));
  const answers = model.answers(clipInputs(model.inputs, clips), trained, trained, extras);
  const session = await nodeSessions({ threads: 1 })({ ...answers });
  const feeds = { ...rowsOf(batch.inputs, model.inputs, 0, clips), ...Object.fromEntries(parameters) };
  try {
    return await session.run(asked(session, feeds));
  } finally {
    await session.release();
  }
}

/**
 * Largest difference over largest value for outputs and losses, norms for gradients and parameters. The bias of a
 * critic's last layer has no true gradient: rounding decides where Adam takes it.
 */
function relativeError(name: string, ours: Float32Array, reference: Float32Array): number {
  if (ours.length !== reference.length) return Number.NaN;
  if (/(grad|after5)\..*critic\.fc2\.bias$/.test(name)) return 0;
  const difference = ours.map((value, i) => value - reference[i]!);
  if (/^(grad|after5)\./.test(name)) return Math.hypot(...difference) / Math.hypot(...reference);
  const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(difference) / largest(reference);
}

// Ten times what one run in single precision had.
const tolerances = { outputs: 1e-5, losses: 1e-5, gradients: 1e-5, trajectory: 1e-5, parameters: 1e-4 };

describe.skipIf(!existsSync(folder))('AVFF in single precision agrees with the reference run', () => {
  test.each(['avff-stage1', 'avff-stage2'])('%s', async (name) => {
    const path = `${folder}/${name}.safetensors`;
    const bytes = readFileSync(path);
    const errors = await compare(readGoldenRun(bytes, path));
    for (const group of Object.keys(tolerances) as (keyof Errors)[]) {
      const worst = [...errors[group]].reduce((a, b) => (Number.isNaN(b[1]) || b[1] > a[1] ? b : a));
      expect(worst[1], `${group}: ${worst[0]}`).toBeLessThan(tolerances[group]);
    }
    const compared = Object.values(errors).flatMap((group) => [...group.keys()]);
    const recorded = [...readSafetensors(bytes, path).tensors.keys()];
    expect(compared.sort()).toEqual(recorded.filter((key) => /^(output|grad|trajectory|after5)\./.test(key)).sort());
  });
});
