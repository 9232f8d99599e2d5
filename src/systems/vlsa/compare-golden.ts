// Does Duet's VLSA compute what a reference run computed? Answers, losses, gradients, then five steps of Adam on the
// same batch; and do the sound front end and the metrics of retrieval agree with the reference's?
import { z } from 'zod';
import { DuetError } from '../../errors.ts';
import { readSafetensors } from '../../files/safetensors.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { toFloat32, toInt32 } from '../../files/tensor-values.ts';
import { retrievalMetrics } from '../../metrics/retrieval.ts';
import { parameterInputs, weightsFrom } from '../../model/parameters.ts';
import { clipInputs } from '../../model/passage.ts';
import { asked, type Results, rowsOf } from '../../runtime/feeds.ts';
import type { OpenSession } from '../../runtime/session.ts';
import { logFrequency, logFrequencyOf } from '../../signal/log-frequency.ts';
import { freshCheckpoint } from '../../train/checkpoint.ts';
import { type Comparison, relativeInNorm, relativeToLargest } from '../../train/comparison.ts';
import { openTrainer } from '../../train/open-trainer.ts';
import { openTrainingStep } from '../../train/step.ts';
import { type GoldenRun, parseJson } from './golden.ts';
import { matched, matchPairs } from './matching.ts';
import { vlsaStage } from './model.ts';

const steps = 5;
// Adam, and nothing else done to the gradients.
const training = { optimizer: 'adam', weightDecay: 0, clipNorm: 0, seed: 0 } as const;

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

/** Compares whatever the run recorded; its parameters are changed. */
export async function compareRun(run: GoldenRun, openSession: OpenSession): Promise<Comparison[]> {
  const { network, settings, clips, batch, learningRate, parameters, recorded } = run;
  const comparisons: Comparison[] = [];
  const compare = (group: Comparison['group'], name: string, ours: ArrayLike<number>, measure = relativeToLargest) => {
    const reference = recorded(name);
    if (reference) comparisons.push({ group, name, error: measure(Float32Array.from(ours), reference) });
  };
  for (const [name, values] of Object.entries(await outputsOf(run, openSession)))
    compare('outputs', `output.${outputNames[name]}`, values);

  const stage = vlsaStage(network, settings);
  const options = { stage, backbone: { weights: new Map() }, batchSize: clips, openSession };
  const step = await openTrainingStep(options);
  const checkpoint = freshCheckpoint(parameters);
  const trainer = await openTrainer({ ...options, training, checkpoint, onNote: () => undefined });
  const trajectory: number[] = [];
  try {
    const first = await step.run(parameters, batch);
    for (const [name, loss] of Object.entries(first.losses))
      compare('losses', name === 'network' ? 'loss' : `loss.${name}`, [loss]);
    for (const [name, gradient] of first.gradients)
      compare('gradients', `grad.${name}`, gradient, withoutKeyBias(name));
    while (trajectory.length < steps)
      trajectory.push((await trainer.step(batch, learningRate)).losses.network ?? Number.NaN);
    await trainer.collect();
    const after = await step.run(parameters, batch);
    compare('trajectory', 'output.lossAfter5', [after.losses.network ?? Number.NaN]);
  } finally {
    await step.release();
    await trainer.release();
  }
  compare('trajectory', 'trajectory.loss', trajectory);
  for (const [name, values] of parameters) compare('parameters', `after5.${name}`, values, withoutKeyBias(name));
  return comparisons;
}

/** What the model answers and rebuilds, what its losses compare, and the logits of pairs. */
async function outputsOf(run: GoldenRun, openSession: OpenSession): Promise<Results> {
  const { model, network, settings, clips, batch, parameters } = run;
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
  return session.run(asked(session, feeds)).finally(() => session.release());
}

type Measure = typeof relativeInNorm;

/** The true gradient of an attention's key bias is zero, so that Adam only amplifies rounding: it is left out. */
function withoutKeyBias(name: string): Measure {
  if (!name.endsWith('qkv.bias')) return relativeInNorm;
  const kept = (values: Float32Array) => values.filter((_, i) => i < values.length / 3 || i >= (values.length / 3) * 2);
  return (ours, reference) => relativeInNorm(kept(ours), kept(reference));
}

/** Each recorded waveform's spectrogram, before and after it is standardised. */
export function compareFrontEnd(bytes: Uint8Array, name: string): Comparison[] {
  const { tensors } = readSafetensors(bytes, name);
  const { samples } = logFrequency;
  return [...tensors.keys()].flatMap((key) => {
    const [, number] = /^input\.waveform\.(\d+)$/.exec(key) ?? [];
    if (number === undefined) return [];
    const waveform = toFloat32(tensors.get(key)!);
    if (waveform.length !== samples)
      throw new DuetError(`${name}: '${key}' has ${waveform.length} samples instead of ${samples}; record it again.`);
    const { logs, standardised } = logFrequencyOf(waveform);
    return Object.entries({ logSpectrogram: logs, spectrogram: standardised }).flatMap(([kind, ours]): Comparison[] => {
      const output = `output.${kind}.${number}`;
      const reference = tensors.get(output);
      return reference
        ? [{ group: 'outputs', name: output, error: relativeToLargest(ours, toFloat32(reference)) }]
        : [];
    });
  });
}

const expectedSchema = z.record(z.string(), z.record(z.string(), z.number()));

/** Each case's ranks and metrics, in per cent where the file has them so. */
export function compareRetrieval(bytes: Uint8Array, name: string): Comparison[] {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const cases = checkSchema(expectedSchema, parseJson(metadata.expected), `'expected' in the metadata of ${name}`);
  return Object.entries(cases).flatMap(([which, expected]): Comparison[] => {
    const [similarity, relevant] = [tensors.get(`${which}.similarity`), tensors.get(`${which}.relevant`)];
    const [queries = 0, items = 0] = similarity?.shape ?? [];
    if (!similarity || !relevant || relevant.shape.join() !== `${queries},${items}`)
      throw new DuetError(
        `${name}: '${which}.similarity' and '${which}.relevant' must be there and of one shape, [queries, items].`,
      );
    const answers = { similarity: toFloat32(similarity), relevant: toInt32(relevant) };
    const metrics = retrievalMetrics({ queries, items, ...answers });
    const recomputed = (metric: string): number => {
      const [, kind, k] = /^(R|precision)@(\d+)$/.exec(metric) ?? [];
      if (kind !== undefined) return 100 * (kind === 'R' ? metrics.recallAt : metrics.precisionAt)(Number(k));
      const { meanAveragePrecision, medianRank, meanRank } = metrics;
      return { mAP: 100 * meanAveragePrecision, medianRank, meanRank }[metric] ?? Number.NaN;
    };
    const ranks = tensors.get(`${which}.ranks`);
    const errors = Object.entries(expected).map(([metric, value]): [string, number] => {
      return [`${which} ${metric}`, Math.abs(recomputed(metric) - value)];
    });
    if (ranks) errors.push([`${which}.ranks`, relativeToLargest(Float32Array.from(metrics.ranks), toFloat32(ranks))]);
    return errors.map(([name, error]) => ({ group: 'metrics', name, error }));
  });
}
