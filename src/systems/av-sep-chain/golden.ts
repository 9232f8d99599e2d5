// A reference run of AVSepChain read from a file, in either form: its model, inputs, first parameters and recorded numbers.
import * as z from 'zod';
import { DuetError } from '../../errors.ts';
import { type NamedTensor, readSafetensors } from '../../files/safetensors.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { toFloat32 } from '../../files/tensor-values.ts';
import type { Model } from '../../model/model.ts';
import type { StepBatch } from '../../train/step.ts';
import { filterbankConfigSchema } from './filterbank-config.ts';
import { filterbankModel } from './filterbank-model.ts';
import { maskConfigSchema } from './mask-config.ts';
import { maskModel } from './mask-model.ts';

export type GoldenRun = {
  readonly model: Model;
  /** B */
  readonly clips: number;
  readonly batch: StepBatch;
  readonly learningRate: number;
  /** Trainable parameters before the first step. */
  readonly parameters: Map<string, Float32Array>;
  /** A recorded tensor by its name in the file, or undefined where the run did not record it. */
  readonly recorded: (name: string) => Float32Array | undefined;
};

const adamSchema = z.object({ lr: z.number().positive() });

/** @throws DuetError when the file is not a reference run of AVSepChain or lacks a part of it. */
export function readGoldenRun(bytes: Uint8Array, name: string): GoldenRun {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const tensor = (key: string): NamedTensor => {
    const found = tensors.get(key);
    if (!found) throw new DuetError(`${name}: the tensor '${key}' is missing.`);
    return found;
  };
  const floats = (key: string) => toFloat32(tensor(key), key).slice();
  const part = (key: string) => parseJson(metadata[key], key, name);
  const [clips, samples] = sizes(tensor('input.mixture'), 2, name);
  const model = modelOf(part('config'), samples!, tensor('input.visual'), name);
  const { lr } = checkSchema(adamSchema, part('adam'), `The optimiser in the metadata of ${name}`);
  for (const [key, { shape }] of model.parameters)
    if (tensor(`param.${key}`).shape.join() !== shape.join())
      throw new DuetError(
        `${name}: 'param.${key}' is [${tensor(`param.${key}`).shape}], and its configuration needs [${shape}].`,
      );
  return {
    ...{ model, clips: clips!, learningRate: lr },
    batch: {
      inputs: { mixture: floats('input.mixture'), visual: floats('input.visual') },
      targets: { target: floats('input.target') },
    },
    parameters: new Map([...model.parameters.keys()].map((key) => [key, floats(`param.${key}`)])),
    recorded(key) {
      const found = tensors.get(key);
      return found && toFloat32(found, key);
    },
  };
}

/** The filterbank form's configuration has a kernel, the mask form's a window. */
function modelOf(config: unknown, samples: number, visual: NamedTensor, name: string): Model {
  const what = `The configuration in the metadata of ${name}`;
  if (typeof config === 'object' && config !== null && 'kernel' in config) {
    const [, frames] = sizes(visual, 3, name);
    return filterbankModel(checkSchema(filterbankConfigSchema, config, what), { samples, frames: frames! });
  }
  return maskModel(checkSchema(maskConfigSchema, config, what), samples, visual.shape.slice(1));
}

function sizes({ shape }: NamedTensor, rank: number, name: string): readonly number[] {
  if (shape.length === rank) return shape;
  throw new DuetError(`${name}: an input is [${shape}] where ${rank} axes are needed.`);
}

function parseJson(text: string | undefined, key: string, name: string): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new DuetError(`${name} is no reference run of AVSepChain: its metadata has no '${key}' in JSON.`);
  }
}
