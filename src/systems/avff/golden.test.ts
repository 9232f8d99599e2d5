import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../files/safetensors.ts';
import { differentiate } from '../../graph/differentiate.ts';
import { input, type Tensor } from '../../graph/tensor.ts';
import { nodeSessions } from '../../runtime/node.ts';
import { createOptimiserState, defaultOptimiser, optimiserStep } from '../../train/optimiser.ts';
import { type GoldenRun, readGoldenRun, recordedNames } from './golden.ts';

const folder = '../shared/golden/systems';
const steps = 5;

type Errors = Readonly<Record<'outputs' | 'losses' | 'gradients' | 'trajectory' | 'parameters', Map<string, number>>>;

/** Runs the recorded steps in single precision; relative errors of everything that the file records. */
async function compare(run: GoldenRun): Promise<Errors> {
  const { model, clips, inputs, targets, parameters, recorded, nameInFile } = run;
  const named = (shapes: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, [clips, ...shape])]));
  const trainable = new Map([...model.parameters].map(([name, { shape }]) => [name, input(name, shape)]));
  const trained = (name: string) => trainable.get(name)!;
  const [asked, wanted] = [named(model.inputs), named(model.targets)];
  const { aims, logged } = model.losses(model.encode(asked, trained, trained), wanted, trained);
  const answers = model.answers(asked, trained, trained, run.extras);
  const ofAim = (aim: string) => [...trainable].filter(([name]) => run.aimOf(name) === aim);
  const gradients = Object.entries(aims).flatMap(([aim, scalar]) => {
    const mine = ofAim(aim);
    const found = differentiate(
      scalar,
      mine.map(([, tensor]) => tensor),
    );
    return mine.map(([name], i) => [`gradient ${name}`, found[i]!] as const);
  });
  const prefixed = (prefix: string, tensors: Readonly<Record<string, Tensor>>) =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix} ${name}`, tensor]));
  const session = await nodeSessions({ threads: 1 })({
    ...prefixed('answer', answers),
    ...prefixed('aim', aims),
    ...prefixed('logged', logged),
    ...Object.fromEntries(gradients),
  });
  const errors: Errors = {
    ...{ outputs: new Map(), losses: new Map(), gradients: new Map() },
    ...{ trajectory: new Map(), parameters: new Map() },
  };
  const note = (group: keyof Errors, name: string, ours: Float32Array) => {
    const reference = recorded(name);
    if (reference) errors[group].set(name, relativeError(name, ours, reference));
  };
  const trajectories: Record<string, number[]> = {};
  const states = new Map(
    [...parameters].map(([name, values]) => [name, createOptimiserState(new Map([[name, values]]))]),
  );
  const readByGraph = new Set(session.inputs.keys());
  try {
    for (let step = 0; step < steps; step++) {
      const feeds = Object.entries({ ...inputs, ...targets, ...Object.fromEntries(parameters) });
      const results = await session.run(Object.fromEntries(feeds.filter(([name]) => readByGraph.has(name))));
      for (const aim of Object.keys(aims)) {
        trajectories[aim] ??= [];
        trajectories[aim].push(results[`aim ${aim}`]![0]!);
      }
      if (step === 0) {
        for (const name of Object.keys(answers))
          note('outputs', recordedNames.answers(name), results[`answer ${name}`]!);
        for (const name of Object.keys(aims)) note('losses', recordedNames.aims(name), results[`aim ${name}`]!);
        for (const name of Object.keys(logged)) note('losses', recordedNames.logged(name), results[`logged ${name}`]!);
        for (const name of parameters.keys())
          note('gradients', `grad.${nameInFile(name)}`, results[`gradient ${name}`]!);
      }
      for (const [name, values] of parameters)
        optimiserStep(
          new Map([[name, values]]),
          new Map([[name, results[`gradient ${name}`]!]]),
          states.get(name)!,
          run.learningRateOf(name),
          defaultOptimiser,
        );
    }
  } finally {
    await session.release();
  }
  for (const [aim, losses] of Object.entries(trajectories))
    note('trajectory', recordedNames.trajectories(aim), Float32Array.from(losses));
  for (const [name, values] of parameters) note('parameters', `after5.${nameInFile(name)}`, values);
  return errors;
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

const tolerances = { outputs: 1e-5, losses: 1e-5, gradients: 1e-4, trajectory: 1e-5, parameters: 1e-3 };

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
