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
import { type GoldenRun, readGoldenRun } from './golden.ts';
import { matched, matchPairs } from './matching.ts';
import { vlsaStage } from './model.ts';

const folder = new URL('../../../../shared/golden/systems/', import.meta.url);
const openSession = nodeSessions({ threads: 1 });

const tolerances = { outputs: 1e-5, losses: 1e-5, gradients: 1e-5, trajectory: 1e-4, parameters: 1e-4 };
type Group = keyof typeof tolerances;

/** Answers and pairs' logits by their names in the file. */
const outputNames: Readonly<Record<string, string>> = {
  video_vector: 'retrieval.video',
  text_vector: 'retrieval.text',
  audio_vector: 'retrieval.audio',
  both_vector: 'retrieval.videoAudio',
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
  const { network, settings, clips, batch, learningRate, parameters, recorded } = run;
  const errors: Record<Group, Map<string, number>> = {
    ...{ outputs: new Map(), losses: new Map(), gradients: new Map() },
    ...{ trajectory: new Map(), parameters: new Map() },
  };
  const note = (group: Group, name: string, ours: ArrayLike<number>) => {
    const reference = recorded(name);
    if (reference) errors[group].set(name, relativeError(name, Float32Array.from(ours), reference));
  };
  for (const [name, values] of Object.entries(await outputsOf(run)))
    note('outputs', `output.${outputNames[name]}`, values);

  const stage = vlsaStage(network, settings);
  const options = { stage, backbone: { weights: new Map() }, batchSize: clips, openSession };
  const step = await openTrainingStep(options);
  const training = { optimizer: 'adam', weightDecay: 0, clipNorm: 0, seed: 0 } as const;
  const checkpoint = freshCheckpoint(parameters);
  const trainer = await openTrainer({ ...options, training, checkpoint, onNote: () => undefined });
  const trajectory: number[] = [];
  try {
    const { gradients } = await step.run(parameters, batch);
    for (const [name, gradient] of gradients) note('gradients', `grad.${name}`, gradient);
    for (let count = 0; count < 5; count++) {
      const { losses } = await trainer.step(batch, learningRate);
      trajectory.push(losses.network!);
      if (count > 0) continue;
      for (const [name, loss] of Object.entries(losses))
        note('losses', name === 'network' ? 'loss' : `loss.${name}`, [loss]);
    }
    await trainer.collect();
    note('trajectory', 'output.lossAfter5', [(await step.run(parameters, batch)).losses.network!]);
  } finally {
    await step.release();
    await trainer.release();
  }
  note('trajectory', 'trajectory.loss', trajectory);
  for (const [name, values] of parameters) note('parameters', `after5.${name}`, values);
  return errors;
}

/** What the model answers and rebuilds, what its losses compare, and the logits of pairs. */
async function outputsOf({ model, network, settings, clips, batch, parameters }: GoldenRun) {
  const trained = weightsFrom(parameterInputs(model.parameters));
  const [inputs, targets] = [clipInputs(model.inputs, clips), clipInputs(model.targets, clips)];
  const encoded = model.encode(inputs, trained, trained);
  const ofPairs = matched.map((modality) => {
    const pairs = targets[`${modality}_pairs`]!;
    const { logits } = matchPairs(modality, encoded, pairs, targets.counted!, trained, network, settings);
    return [`logits_${modality}`, logits] as const;
  });
  const session = await openSession({
    ...Object.fromEntries(Object.entries(encoded).filter(([name]) => name in outputNames)),
    ...model.answers(inputs, trained, trained, ['rebuilt']),
    ...Object.fromEntries(ofPairs),
  });
  const feeds = {
    ...rowsOf(batch.inputs, model.inputs, 0, clips),
    ...rowsOf(batch.targets, model.targets, 0, clips),
    ...Object.fromEntries(parameters),
  };
  try {
    return await session.run(asked(session, feeds));
  } finally {
    await session.release();
  }
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
