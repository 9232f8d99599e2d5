// A reference run of AVFF read from a file, either stage: its model, inputs, first parameters and recorded numbers.
import { DuetError } from '../../errors.ts';
import { type NamedTensor, readSafetensors } from '../../files/safetensors.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { joinFloat32, toFloat32, toInt32 } from '../../files/tensor-values.ts';
import type { Model } from '../../model/model.ts';
import { patches } from '../../signal/patches.ts';
import type { StepBatch } from '../../train/step.ts';
import { detectModel } from './detect.ts';
import {
  detectSettingsOf,
  type GoldenConfig,
  goldenConfigSchema,
  networkOf,
  reconstructSettingsOf,
} from './golden-config.ts';
import { type Side, sides } from './network.ts';
import { reconstructModel } from './reconstruct.ts';

type Values = Readonly<Record<string, Float32Array>>;

export type GoldenRun = {
  readonly model: Model;
  /** B */
  readonly clips: number;
  readonly batch: StepBatch;
  readonly learningRate: number;
  /** What has to be asked for beside the model's plain answers. */
  readonly extras: readonly string[];
  /** Trainable parameters before the first step. */
  readonly parameters: Map<string, Float32Array>;
  /** The file's names of a parameter and of an answer. */
  readonly nameInFile: (parameter: string) => string;
  readonly answerInFile: (answer: string) => string;
  /** A recorded tensor by its name in the file, or undefined where the run did not record it. */
  readonly recorded: (name: string) => Float32Array | undefined;
};

/** The file's names of what training says: the aims, and the losses that are logged. */
export const recordedNames = {
  losses: (name: string) => (name === 'network' ? 'output.loss' : `output.loss_${name}`),
  trajectories: (aim: string) => (aim === 'network' ? 'trajectory.loss' : `trajectory.loss_${aim}`),
};

/** Whether a file's metadata say that it is such a run. */
export function isGoldenRun(metadata: Readonly<Record<string, string>>): boolean {
  const config = parseJson(metadata.config);
  return typeof config === 'object' && config !== null && 'system' in config && config.system === 'avff';
}

/** @throws DuetError when the file is not a reference run of AVFF or lacks a part of it. */
export function readGoldenRun(bytes: Uint8Array, name: string): GoldenRun {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const what = `The configuration in the metadata of ${name}`;
  const config = checkSchema(goldenConfigSchema, parseJson(metadata.config), what);
  const floats = (key: string) => toFloat32(neededTensor(tensors, key, name));
  const labels = (key: string) => Float32Array.from(toInt32(neededTensor(tensors, key, name)));
  const model =
    config.stage === 1
      ? reconstructModel(networkOf(config), reconstructSettingsOf(config))
      : detectModel(networkOf(config), detectSettingsOf(config));
  const nameInFile = namesInFile(tensors);
  const has = (target: string) => target in model.targets;
  return {
    model,
    clips: config.batch,
    nameInFile,
    answerInFile: (answer) => answerInFile(answer, config, tensors),
    learningRate: config.learningRate,
    batch: {
      inputs: {
        ...patchesOf(config, { video: floats('input.video'), audio: floats('input.audio') }),
        ...('visible' in model.inputs && { visible: floats('input.mask_video') }),
      },
      targets: {
        [config.stage === 1 ? 'real' : 'counted']: new Float32Array(config.batch).fill(1),
        ...(has('mix_video') && { mix_video: floats('input.mix_video'), mix_audio: floats('input.mix_audio') }),
        ...(has('label') && { label: labels('input.label') }),
        ...(has('slice_label') && { slice_label: labels('input.slice_label') }),
      },
    },
    extras: config.stage === 1 ? ['tokens', 'crossings', 'fused', 'rebuilt'] : [],
    parameters: new Map([...model.parameters.keys()].map((key) => [key, floats(`param.${nameInFile(key)}`).slice()])),
    recorded(key) {
      const found = tensors.get(key);
      return found && toFloat32(found);
    },
  };
}

/** The head of two logits may record them under either name. */
function answerInFile(answer: string, config: GoldenConfig, tensors: ReadonlyMap<string, NamedTensor>): string {
  const hasTwo = config.stage === 2 && config.head === 'tokens';
  if (hasTwo && answer === 'logit') return 'output.logit_difference';
  if (hasTwo && !tensors.has('output.logits')) return 'output.logit';
  return `output.${answer.replace('rebuilt', 'reconstruction')}`;
}

function neededTensor(tensors: ReadonlyMap<string, NamedTensor>, key: string, file: string): NamedTensor {
  const found = tensors.get(key);
  if (!found) throw new DuetError(`${file}: the tensor '${key}' is missing; record the run again with it.`);
  return found;
}

/** Clips as they are recorded, [B, channels, ...], cut into patches. */
function patchesOf(config: GoldenConfig, recorded: Readonly<Record<Side, Float32Array>>): Values {
  const { batch, frames, imageSize, audioFrames, melBins } = config;
  const cut = (values: Float32Array, shape: readonly number[], box: readonly number[]) => {
    const length = values.length / batch;
    return joinFloat32(
      Array.from({ length: batch }, (_, clip) =>
        patches(values.subarray(clip * length, (clip + 1) * length), shape, box),
      ),
    );
  };
  return {
    video: cut(recorded.video, [3, frames, imageSize, imageSize], config.videoPatch),
    audio: cut(recorded.audio, [1, audioFrames, melBins], config.audioPatch),
  };
}

/** Runs may call the only linear layer that reads a side in the head anything with that side's name in it. */
function namesInFile(tensors: ReadonlyMap<string, NamedTensor>): (parameter: string) => string {
  const stemOf = (side: Side) =>
    [...tensors.keys()]
      .filter((key) => key.startsWith('param.head.') && key.includes(side) && key.endsWith('.weight'))
      .map((key) => key.slice('param.'.length, -'.weight'.length));
  return (parameter) => {
    const side = sides.find((side) => parameter.startsWith(`head.${side}.reduce.`));
    if (!side || tensors.has(`param.${parameter}`)) return parameter;
    const [only, ...others] = stemOf(side);
    return only && others.length === 0 ? parameter.replace(`head.${side}.reduce`, only) : parameter;
  };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
