// A reference run of VLSA read from a file: its model, inputs, first parameters and recorded numbers.
import { z } from 'zod';
import { DuetError } from '../../errors.ts';
import { type NamedTensor, readSafetensors } from '../../files/safetensors.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { joinFloat32, toFloat32, toInt32 } from '../../files/tensor-values.ts';
import type { Model } from '../../model/model.ts';
import { patches } from '../../signal/patches.ts';
import type { StepBatch } from '../../train/step.ts';
import { visiblePatches } from './masking.ts';
import { vlsaModel } from './model.ts';
import { type PatchedSide, patchGrid, type VlsaNetwork } from './network.ts';
import type { VlsaSettings } from './settings.ts';

const size = z.int().positive();
const share = z.number().min(0).max(1);
const configSchema = z.looseObject({
  B: size,
  width: size,
  depth: size,
  heads: size,
  /** Of Duet's blocks. */
  mlpRatio: z.literal(4),
  epsilon: z.number().positive(),
  decoderWidth: size,
  decoderDepth: size,
  decoderHeads: size,
  frames: size,
  imageSize: size,
  patch: size,
  audioSize: z.tuple([size, size]),
  audioPatch: size,
  textLength: size,
  vocabulary: size,
  wordWidth: size,
  temperature: z.number().positive(),
  learnTemperature: z.boolean(),
  maskRatio: z.looseObject({ video: share, audio: share }),
  globalInputs: z.enum(['full', 'masked']),
  matching: z.enum(['product', 'concatenation', 'cross']),
  reduction: z.enum(['mean', 'sum']),
  normalisedTargets: z.boolean(),
  pass: z.enum(['separate', 'joint']),
  lambda: z.number(),
});
type Config = z.infer<typeof configSchema>;

export type GoldenRun = {
  readonly network: VlsaNetwork;
  readonly settings: VlsaSettings;
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

/** @throws DuetError when the file is not a reference run of VLSA or lacks a part of it. */
export function readGoldenRun(bytes: Uint8Array, name: string): GoldenRun {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const config = checkSchema(configSchema, parseJson(metadata.config), `The configuration in the metadata of ${name}`);
  const needed = (key: string): NamedTensor => {
    const found = tensors.get(key);
    if (!found) throw new DuetError(`${name}: the tensor '${key}' is missing; record the run again with it.`);
    return found;
  };
  if (needed('input.audio').shape[0] !== config.B)
    throw new DuetError(
      `${name}: its configuration says B = ${config.B}, and 'input.audio' has other clips; correct it.`,
    );
  const numbers = (key: string) => Float32Array.from(toInt32(needed(key), `${name}: '${key}'`));
  const network = networkOf(config);
  const settings = settingsOf(config);
  const model = vlsaModel(network, settings);
  const sideOf = (side: PatchedSide) => patchesOf(side, toFloat32(needed(`input.${side}`)), network);
  return {
    network,
    settings,
    model,
    clips: config.B,
    learningRate: 1e-3,
    batch: {
      inputs: {
        video: sideOf('video'),
        audio: sideOf('audio'),
        visible_video: Float32Array.from(visiblePatches(numbers('mask.video'), patchGrid('video', network).patches)),
        visible_audio: Float32Array.from(visiblePatches(numbers('mask.audio'), patchGrid('audio', network).patches)),
        words: numbers('input.text'),
        masked_words: numbers('input.maskedText'),
        shown_words: numbers('input.words'),
        hidden_words: numbers('mask.text'),
      },
      targets: {
        counted: new Float32Array(config.B).fill(1),
        video_pairs: numbers('input.pairs.video'),
        text_pairs: numbers('input.pairs.text'),
      },
    },
    parameters: new Map([...model.parameters.keys()].map((key) => [key, toFloat32(needed(`param.${key}`)).slice()])),
    recorded(key) {
      const found = tensors.get(key);
      return found && toFloat32(found);
    },
  };
}

function networkOf(config: Config): VlsaNetwork {
  return {
    video: { frames: config.frames, imageSize: config.imageSize, patch: config.patch },
    audio: { size: config.audioSize, patch: config.audioPatch },
    text: { length: config.textLength, vocabulary: config.vocabulary, wordWidth: config.wordWidth },
    width: config.width,
    depth: config.depth,
    heads: config.heads,
    layerNormEpsilon: config.epsilon,
    decoder: { width: config.decoderWidth, depth: config.decoderDepth, heads: config.decoderHeads },
    maskedShare: { video: config.maskRatio.video, audio: config.maskRatio.audio },
  };
}

function settingsOf({ lambda, ...config }: Config): VlsaSettings {
  const { pass, globalInputs, matching, reduction, normalisedTargets, temperature, learnTemperature } = config;
  return {
    ...{ pass, globalInputs, matching, reduction, normalisedTargets, temperature, learnTemperature },
    globalWeight: lambda,
  };
}

/** Frames or spectrograms as they are recorded, one after another, cut into patches. */
function patchesOf(side: PatchedSide, values: Float32Array, network: VlsaNetwork): Float32Array {
  const { rows, columns, patches: count, values: perPatch } = patchGrid(side, network);
  const { patch } = side === 'video' ? network.video : network.audio;
  const length = count * perPatch;
  const shape = [perPatch / patch ** 2, rows * patch, columns * patch];
  return joinFloat32(
    Array.from({ length: values.length / length }, (_, frame) =>
      patches(values.subarray(frame * length, (frame + 1) * length), shape, [patch, patch]),
    ),
  );
}

/** Null for what is no JSON. */
export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
