import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../files/safetensors.ts';
import { differentiate } from '../../graph/differentiate.ts';
import { input } from '../../graph/tensor.ts';
import { nodeSessions } from '../../runtime/node.ts';
import { createOptimiserState, defaultOptimiser, optimiserStep } from '../../train/optimiser.ts';
import { type GoldenRun, readGoldenRun } from './golden.ts';
import { matched, matchPairs } from './matching.ts';

const folder = new URL('../../../../shared/golden/systems/', import.meta.url);
const steps = 5;
const learningRate = 1e-3;

const tolerances = { outputs: 1e-5, losses: 1e-5, gradients: 1e-5, trajectory: 1e-4, parameters: 1e-4 };
type Group = keyof typeof tolerances;

/** Answers and pairs' logits by their names in the file. */
const outputNames: Readonly<Record<string, string>> = {
  video: 'retrieval.video',
  text: 'retrieval.text',
  audio: 'retrieval.audio',
  video_audio: 'retrieval.videoAudio',
  embedding_video: 'embedding.video',
  embedding_text: 'embedding.text',
  embedding_audio: 'embedding.audio',
  rebuilt_video: 'reconstruction.video',
  rebuilt_audio: 'reconstruction.audio',
  rebuilt_words: 'reconstruction.textLogits',
  logits_video: 'match.video.logits',
  logits_text: 'match.text.logits',
};

/** Runs the recorded steps in single precision; relative errors of everything that the file records. */
async function compare(run: GoldenRun): Promise<Record<Group, Map<string, number>>> {
  const { model, network, settings, clips, inputs, targets, parameters, recorded } = run;
  const named = (shapes: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, [clips, ...shape])]));
  const trainable = new Map([...model.parameters].map(([name, { shape }]) => [name, input(name, shape)]));
  const trained = (name: string) => trainable.get(name)!;
  const [asked, wanted] = [named(model.inputs), named(model.targets)];
  const encoded = model.encode(asked, trained, trained);
  const { aims, logged } = model.losses(encoded, wanted, trained);
  const gradients = differentiate(aims.network!, [...trainable.values()]);
  const outputs = {
    ...Object.fromEntries(Object.entries(encoded).filter(([name]) => name in outputNames)),
    ...model.answers(asked, trained, trained, ['rebuilt']),
    ...Object.fromEntries(
      matched.map((modality) => {
        const pairs = wanted[`${modality}_pairs`]!;
        const found = matchPairs(modality, encoded, pairs, wanted.counted!, trained, network, settings);
        return [`logits_${modality}`, found.logits];
      }),
    ),
  };
  const prefixed = <Value>(prefix: string, values: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]));
  const session = await nodeSessions({ threads: 1 })({
    ...prefixed('output', outputs),
    ...prefixed('loss', { ...logged, '': aims.network! }),
    ...prefixed('gradient', Object.fromEntries([...trainable.keys()].map((name, i) => [name, gradients[i]!]))),
  });
  const errors: Record<Group, Map<string, number>> = {
    ...{ outputs: new Map(), losses: new Map(), gradients: new Map() },
    ...{ trajectory: new Map(), parameters: new Map() },
  };
  const note = (group: Group, name: string, ours: Float32Array) => {
    const reference = recorded(name);
    if (reference) errors[group].set(name, relativeError(name, ours, reference));
  };
  const trajectory: number[] = [];
  const state = createOptimiserState(parameters);
  try {
    const run = () => {
      const feeds = Object.entries({ ...inputs, ...targets, ...Object.fromEntries(parameters) });
      return session.run(Object.fromEntries(feeds.filter(([name]) => session.inputs.has(name))));
    };
    for (let step = 0; step < steps; step++) {
      const results = await run();
      trajectory.push(results['loss ']![0]!);
      if (step === 0) {
        for (const name of Object.keys(outputs))
          note('outputs', `output.${outputNames[name]}`, results[`output ${name}`]!);
        for (const name of Object.keys(logged)) note('losses', `loss.${name}`, results[`loss ${name}`]!);
        note('losses', 'loss', results['loss ']!);
        for (const name of parameters.keys()) note('gradients', `grad.${name}`, results[`gradient ${name}`]!);
      }
      const ofParameters = new Map([...parameters.keys()].map((name) => [name, results[`gradient ${name}`]!]));
      optimiserStep(parameters, ofParameters, state, learningRate, defaultOptimiser);
    }
    note('trajectory', 'output.lossAfter5', (await run())['loss ']!);
  } finally {
    await session.release();
  }
  note('trajectory', 'trajectory.loss', Float32Array.from(trajectory));
  for (const [name, values] of parameters) note('parameters', `after5.${name}`, values);
  return errors;
}

/** Largest difference over largest value for outputs and losses, norms for gradients and parameters. */
function relativeError(name: string, ours: Float32Array, reference: Float32Array): number {
  if (ours.length !== reference.length) return Number.NaN;
  // A key's bias has no true gradient: rounding decides where Adam takes it.
  const counts = (place: number) =>
    !name.endsWith('qkv.bias') || place < ours.length / 3 || place >= (2 * ours.length) / 3;
  const difference = ours.map((value, i) => (counts(i) ? value - reference[i]! : 0));
  const kept = reference.filter((_, i) => counts(i));
  if (/^(grad|after5)\./.test(name)) return Math.hypot(...difference) / Math.hypot(...kept);
  const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(difference) / largest(reference);
}

describe.skipIf(!existsSync(folder))('VLSA in single precision agrees with the reference run', () => {
  test.each(['vlsa-separate', 'vlsa-joint'])('%s', async (name) => {
    const bytes = readFileSync(new URL(`${name}.safetensors`, folder));
    const errors = await compare(readGoldenRun(bytes, name));
    for (const group of Object.keys(tolerances) as Group[]) {
      const worst = [...errors[group]].reduce((a, b) => (Number.isNaN(b[1]) || b[1] > a[1] ? b : a));
      expect.soft(worst[1], `${group}: ${worst[0]}`).toBeLessThan(tolerances[group]);
    }
    const compared = Object.values(errors).flatMap((group) => [...group.keys()]);
    const recorded = [...readSafetensors(bytes, name).tensors.keys()];
    expect(compared.sort()).toEqual(
      recorded.filter((key) => /^(output|loss|grad|trajectory|after5)(\.|$)/.test(key)).sort(),
    );
  });
});
