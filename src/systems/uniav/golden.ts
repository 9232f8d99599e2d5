// A reference run of UniAV read from a file: its network, its inputs with channels last, and its parameters.
import * as z from 'zod';
import { DuetError } from '../../errors.ts';
import type { NamedTensor, SafetensorsFile } from '../../files/safetensors.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { toFloat32, toInt32 } from '../../files/tensor-values.ts';
import { eventKinds, type NetworkConfig, type TaskConfig } from './config.ts';
import { networkParameters } from './parameters.ts';
import type { StepEvent } from './targets.ts';

const count = z.int().positive();
const taskSchema = z.object({
  type: z.enum(eventKinds),
  classes: count,
  classAware: z.boolean(),
  maxLength: count,
  labelSmoothing: z.number().min(0).max(1),
  lossWeight: z.number(),
  normaliser: z.number().positive(),
});
const configSchema = z.object({
  visualWidth: count,
  audioWidth: count,
  width: count,
  heads: count,
  kernel: z.literal(3),
  /** Convolutions of a stem, blocks before the pyramid (the last of them crosses), blocks of the pyramid. */
  arch: z.tuple([z.literal(2), count, count]),
  headWidth: count,
  headLayers: z.literal(3),
  textWidth: count,
  dropPath: z.number().min(0).max(1),
  ranges: z.array(z.tuple([z.number(), z.number()])),
  tasks: z.record(z.string(), taskSchema),
  optimiser: z.object({
    lr: z.number().positive(),
    betas: z.tuple([z.number(), z.number()]),
    eps: z.number().positive(),
    weightDecay: z.number(),
    clip: z.number(),
    ema: z.number(),
    order: z.array(z.string()),
  }),
});

/** The configuration in a recording's metadata. @throws DuetError where it is not what the schema says. */
export function readGoldenConfig<Config>(
  schema: z.ZodType<Config>,
  { config }: SafetensorsFile['metadata'],
  name: string,
): Config {
  let described: unknown;
  try {
    described = JSON.parse(config ?? 'null');
  } catch {
    described = undefined;
  }
  return checkSchema(schema, described, `The configuration in the metadata of ${name}`);
}

export type GoldenTask = {
  readonly clips: number;
  readonly steps: number;
  /** [clips, steps, width] each, channels last. */
  readonly visual: Float32Array;
  readonly audio: Float32Array;
  /** [clips, steps] */
  readonly mask: Float32Array;
  /** [classes, textWidth] */
  readonly text: Float32Array;
  /** Those of each clip. */
  readonly events: readonly (readonly StepEvent[])[];
};

export type GoldenRun = {
  readonly config: NetworkConfig;
  readonly optimiser: z.infer<typeof configSchema>['optimiser'];
  readonly tasks: ReadonlyMap<string, GoldenTask>;
  /** Before the first step. */
  readonly parameters: Map<string, Float32Array>;
  /** A recorded tensor by its name in the file, or undefined where the run did not record it. */
  readonly recorded: (name: string) => Float32Array | undefined;
};

/** @throws DuetError when the file is not a reference run of UniAV's network or lacks a part of it. */
export function readGoldenRun({ tensors, metadata }: SafetensorsFile, name: string): GoldenRun {
  const described = readGoldenConfig(configSchema, metadata, name);
  const tensor = (key: string): NamedTensor => {
    const found = tensors.get(key);
    if (!found) throw new DuetError(`${name}: the tensor '${key}' is missing.`);
    return found;
  };
  const { arch, ranges, optimiser, visualWidth, audioWidth, width, heads, headWidth, textWidth, dropPath } = described;
  if (ranges.length !== arch[2] + 1)
    throw new DuetError(`${name} has ${ranges.length} ranges for a pyramid of ${arch[2] + 1} levels.`);
  const tasks = Object.entries(described.tasks).map(([task, { type, lossWeight, ...settings }]) => {
    return [task, { ...settings, kind: type, regressionWeight: lossWeight }] satisfies [string, TaskConfig];
  });
  const config: NetworkConfig = {
    ...{ visualWidth, audioWidth, width, heads, headWidth, textWidth, dropPath, ranges },
    ...{ selfBlocks: arch[1] - 1, firstDistance: 0 },
    tasks: Object.fromEntries(tasks),
  };
  return {
    config,
    optimiser,
    tasks: new Map(tasks.map(([task]) => [task, readTask((part) => tensor(`input.${task}.${part}`))])),
    parameters: new Map(
      [...networkParameters(config).keys()].map((key) => [key, toFloat32(tensor(`param.${key}`)).slice()]),
    ),
    recorded: (key) => {
      const found = tensors.get(key);
      return found && toFloat32(found);
    },
  };
}

function readTask(tensor: (part: string) => NamedTensor): GoldenTask {
  const [clips, , steps] = tensor('visual').shape as [number, number, number];
  const lengths = toInt32(tensor('lengths'));
  const segments = toFloat32(tensor('segments'));
  const labels = [...toInt32(tensor('labels'))];
  const all = labels.map((label, i) => ({ start: segments[2 * i]!, end: segments[2 * i + 1]!, label }));
  let read = 0;
  const events = [...toInt32(tensor('events'))].map((count) => {
    read += count;
    return all.slice(read - count, read);
  });
  return {
    ...{ clips, steps, events, text: toFloat32(tensor('text')) },
    visual: channelsLast(tensor('visual')),
    audio: channelsLast(tensor('audio')),
    mask: Float32Array.from({ length: clips * steps }, (_, i) => Number(i % steps < lengths[Math.floor(i / steps)]!)),
  };
}

/** [clips, channels, steps] to [clips, steps, channels]. */
function channelsLast(tensor: NamedTensor): Float32Array {
  const values = toFloat32(tensor);
  const [, channels, steps] = tensor.shape as [number, number, number];
  return Float32Array.from(values, (_, index) => {
    const [clip, place] = [Math.floor(index / (channels * steps)), index % (channels * steps)];
    const [step, channel] = [Math.floor(place / channels), place % channels];
    return values[(clip * channels + channel) * steps + step]!;
  });
}
