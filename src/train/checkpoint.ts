// The state of a run as numbers and as bytes, so that a resumed run goes on bit for bit wherever those are kept.
import * as z from 'zod';
import { DuetError } from '../errors.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../files/safetensors.ts';
import { fromFloat32, toFloat32 } from '../files/tensor-values.ts';
import { createOptimiserState, type OptimiserState, type Parameters } from './optimiser.ts';

/** The first aim's loss comes first. */
const lossesSchema = z.record(z.string(), z.number());

const metricsSchema = z.record(z.string(), z.number().nullable());

const epochSchema = z.strictObject({
  /** Counted from 1. */
  epoch: z.int(),
  learningRate: z.number(),
  /** Means over the epoch's steps. */
  losses: lossesSchema,
  /** Share of training clips that were classified right as they were trained on. */
  trainAccuracy: z.number().nullable(),
  /** The system's metrics on the validation clips; null without any. */
  validation: metricsSchema.nullable(),
  seconds: z.number(),
});

/** What is known of a finished epoch. */
export type EpochRecord = z.infer<typeof epochSchema>;

/** What of an epoch is drawn. */
export type CurvedEpoch = Pick<EpochRecord, 'epoch' | 'losses' | 'trainAccuracy' | 'validation'>;

const progressSchema = z.strictObject({
  /** Which of the stages on clips is under way. */
  stage: z.int().min(0),
  /** Finished epochs. */
  epoch: z.int(),
  /** Steps taken in the epoch under way. */
  stepsInEpoch: z.int(),
  /** Sums over the steps of the epoch under way: of the losses by name, and `right`, `judged` and `seconds`. */
  sums: z.record(z.string(), z.number()),
  steps: z.int(),
  best: z.strictObject({ epoch: z.int(), metrics: metricsSchema }).nullable(),
  history: z.array(epochSchema),
  /** What the system measures beside its metrics, by epoch; 0 is the start. */
  diagnosis: z.array(z.strictObject({ epoch: z.int(), value: z.unknown() })),
  finished: z.boolean(),
  /** How many clips the run learns from and is judged by, and a hash over all that they are. */
  clips: z.strictObject({ count: z.int(), digest: z.string() }).optional(),
});

/** An epoch's mean loss, of the first aim where there are several. */
export function lossOf({ losses }: EpochRecord): number {
  return Object.values(losses)[0]!;
}

export type RunProgress = z.infer<typeof progressSchema>;

export type Checkpoint = {
  readonly parameters: Map<string, Float32Array>;
  readonly state: OptimiserState;
  readonly progress: RunProgress;
  /** Of the parameters over the steps, where a stage asks for it. */
  average?: Map<string, Float32Array> | undefined;
};

/** A run that has taken no step yet. */
export function freshCheckpoint(parameters: Map<string, Float32Array>): Checkpoint {
  return { parameters, state: createOptimiserState(parameters), progress: freshProgress() };
}

function freshProgress(): RunProgress {
  return {
    stage: 0,
    diagnosis: [],
    epoch: 0,
    stepsInEpoch: 0,
    sums: {},
    steps: 0,
    best: null,
    history: [],
    finished: false,
  };
}

/** The whole state as a safetensors file. */
export function encodeCheckpoint({ parameters, state, progress, average }: Checkpoint): Uint8Array {
  const tensors = new Map<string, NamedTensor>();
  const put = (part: string, values: Parameters) => {
    for (const [name, data] of values) tensors.set(`${part}.${name}`, fromFloat32(data, [data.length]));
  };
  put('parameter', parameters);
  put('first', state.first);
  put('second', state.second);
  if (average) put('average', average);
  return writeSafetensors(tensors, { progress: JSON.stringify(progress) });
}

/**
 * @param lengths of the model's parameters. @throws DuetError when the bytes, called `name`, are damaged or of another
 * model.
 */
export function decodeCheckpoint(bytes: Uint8Array, lengths: ReadonlyMap<string, number>, name: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const progress = progressSchema.safeParse(parseJson(metadata.progress, name));
  if (!progress.success)
    throw new DuetError(`${name} was written by another version of Duet; start again with --force.`);
  const take = (part: string) =>
    new Map(
      [...lengths].map(([parameter, length]) => {
        const tensor = tensors.get(`${part}.${parameter}`);
        const values = tensor && toFloat32(tensor).slice();
        if (values?.length !== length)
          throw new DuetError(`${name} is of another model than its config.json says; start again with --force.`);
        return [parameter, values];
      }),
    );
  return {
    parameters: take('parameter'),
    state: { step: progress.data.steps, first: take('first'), second: take('second') },
    progress: progress.data,
    ...([...tensors.keys()].some((tensor) => tensor.startsWith('average.')) && { average: take('average') }),
  };
}

/** How far a checkpoint's bytes have come, without looking at the model. @throws DuetError when they are damaged. */
export function progressOf(bytes: Uint8Array): RunProgress | undefined {
  const { metadata } = readSafetensors(bytes, 'the checkpoint');
  return progressSchema.safeParse(parseJson(metadata.progress, 'the checkpoint')).data;
}

function parseJson(text: string | undefined, name: string): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    throw new DuetError(`${name} is damaged: the progress in its metadata is not JSON; start again with --force.`);
  }
}
