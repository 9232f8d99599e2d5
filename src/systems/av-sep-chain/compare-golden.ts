// Does Duet's AVSepChain compute what a reference run computed? Outputs, losses and gradients, then the run's steps of
// Adam; and do the metrics of separated sound agree with the reference packages'?
import { DuetError } from '../../errors.ts';
import { readSafetensors } from '../../files/safetensors.ts';
import { toFloat32 } from '../../files/tensor-values.ts';
import { estoi, stoi } from '../../metrics/intelligibility.ts';
import { sdrV3, siSdr, snr } from '../../metrics/separation.ts';
import type { Stage } from '../../model/model.ts';
import { parameterInputs, weightsFrom } from '../../model/parameters.ts';
import { clipInputs } from '../../model/passage.ts';
import type { OpenSession } from '../../runtime/session.ts';
import { freshCheckpoint } from '../../train/checkpoint.ts';
import { type Comparison, relativeInNorm, relativeToLargest } from '../../train/comparison.ts';
import { openTrainer } from '../../train/open-trainer.ts';
import { openTrainingStep } from '../../train/step.ts';
import { type GoldenRun, readGoldenRun } from './golden.ts';

const steps = 5;

/** Compares whatever a file recorded. @throws DuetError for files that are neither a run nor metrics of AVSepChain. */
export async function compareGolden(bytes: Uint8Array, name: string, openSession: OpenSession): Promise<Comparison[]> {
  const { tensors } = readSafetensors(bytes, name);
  return tensors.has('signal.target')
    ? compareMetrics(bytes, name)
    : compareRun(readGoldenRun(bytes, name), openSession);
}

async function compareRun(run: GoldenRun, openSession: OpenSession): Promise<Comparison[]> {
  const { model, batch, clips, parameters, recorded } = run;
  const comparisons: Comparison[] = [];
  const compare = (group: Comparison['group'], name: string, ours: Float32Array, measure: Measure) => {
    const reference = recorded(name);
    if (reference) comparisons.push({ group, name, error: measure(ours, reference) });
  };
  const stage: Stage = { name: 'reference run', model, on: 'clips', trains: () => true };
  const options = { stage, backbone: { weights: new Map() }, batchSize: clips, openSession };
  for (const [name, values] of Object.entries(await outputs(run, openSession)))
    compare('outputs', name, values, relativeToLargest);
  const step = await openTrainingStep(options);
  try {
    const { losses, gradients } = await step.run(parameters, batch);
    for (const [name, loss] of Object.entries(losses))
      compare('losses', `loss.${name}`, Float32Array.of(loss), relativeToLargest);
    for (const [name, gradient] of gradients) compare('gradients', `grad.${name}`, gradient, relativeInNorm);
  } finally {
    await step.release();
  }
  const training = { optimizer: 'adam', weightDecay: 0, clipNorm: 0, seed: 0 } as const;
  const checkpoint = freshCheckpoint(new Map([...parameters].map(([name, values]) => [name, values.slice()])));
  const trainer = await openTrainer({ ...options, training, checkpoint, onNote: () => undefined });
  try {
    const trajectory: number[] = [];
    while (trajectory.length < steps) trajectory.push((await trainer.step(batch, run.learningRate)).loss);
    await trainer.collect();
    const recordedSteps = recorded('trajectory.loss')?.subarray(0, steps);
    if (recordedSteps) {
      const error = relativeToLargest(Float32Array.from(trajectory), recordedSteps);
      comparisons.push({ group: 'trajectory', name: 'trajectory.loss', error });
    }
    for (const [name, values] of checkpoint.parameters)
      compare('parameters', `after${steps}.${name}`, values, withoutKeyBias(name));
  } finally {
    await trainer.release();
  }
  return comparisons;
}

/** What the model makes of each clip, by the file's names. */
async function outputs({ model, batch, clips, parameters }: GoldenRun, openSession: OpenSession) {
  const frozen = (name: string): never => {
    throw new Error(`the model has no frozen weight ${name}`);
  };
  const trained = parameterInputs(model.parameters);
  const encoded = model.encode(clipInputs(model.inputs, clips), frozen, weightsFrom(trained));
  const named = Object.entries(encoded).map(([name, tensor]) => [`output.${name}`, tensor] as const);
  const session = await openSession(Object.fromEntries(named));
  const feeds = { ...batch.inputs, ...Object.fromEntries(parameters) };
  const read = Object.fromEntries(Object.entries(feeds).filter(([name]) => session.inputs.has(name)));
  return session.run(read).finally(() => session.release());
}

const metrics = {
  siSdr: ({ samples: estimate }, { samples: target }) => siSdr(estimate, target),
  sdrV3: ({ samples: estimate }, { samples: target }) => sdrV3(estimate, target),
  sdrV4whole: ({ samples: estimate }, { samples: target }) => snr(estimate, target),
  snr: ({ samples: estimate }, { samples: target }) => snr(estimate, target),
  stoi,
  estoi,
} satisfies Record<string, typeof stoi>;

/** Each metric of the file's estimates. */
function compareMetrics(bytes: Uint8Array, name: string): Comparison[] {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const values = (key: string) => {
    const tensor = tensors.get(key);
    if (!tensor) throw new DuetError(`${name}: the tensor '${key}' is missing.`);
    return toFloat32(tensor, key);
  };
  const sampleRate = Number(metadata.sampleRate);
  const estimates = parseNames(metadata.estimates);
  if (!(sampleRate > 0) || !estimates)
    throw new DuetError(`${name}: its metadata must say 'sampleRate' and the names of the 'estimates'; correct them.`);
  const target = { samples: values('signal.target'), sampleRate };
  return Object.entries(metrics)
    .filter(([metric]) => tensors.has(`metric.${metric}`))
    .map(([metric, measure]) => {
      const reference = values(`metric.${metric}`);
      const errors = estimates.map((estimate, index) => {
        const ours = measure({ samples: values(`signal.estimate.${estimate}`), sampleRate }, target);
        return ours === null ? Number.NaN : Math.abs(ours - reference[index]!);
      });
      return { group: 'metrics', name: `metric.${metric}`, error: Math.max(...errors) };
    });
}

function parseNames(text: string | undefined): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(text ?? '');
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

type Measure = (ours: Float32Array, reference: Float32Array) => number;

/** The true gradient of an attention's key bias is zero, so that Adam only amplifies rounding: it is left out. */
function withoutKeyBias(name: string): Measure {
  if (!name.endsWith('qkv.bias')) return relativeInNorm;
  const kept = (values: Float32Array) => values.filter((_, i) => i < values.length / 3 || i >= (values.length / 3) * 2);
  return (ours, reference) => relativeInNorm(kept(ours), kept(reference));
}
