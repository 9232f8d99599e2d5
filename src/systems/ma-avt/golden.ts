// A reference run read from a file: its configuration, inputs and parameters, in Duet's names.
import * as z from 'zod';
import { DuetError } from '../../errors.ts';
import { type NamedTensor, readSafetensors } from '../../files/safetensors.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { toFloat32, toInt32 } from '../../files/tensor-values.ts';
import type { Model } from '../../model/model.ts';
import type { StepBatch } from '../../train/step.ts';
import { type Backbone, parseBackbone } from '../../weights/backbone.ts';
import { maAvt } from './model.ts';
import { trainableParameters } from './parameters.ts';
import { recipes } from './recipes.ts';
import type { MaAvtConfig } from './settings.ts';
import { pairStep } from './targets.ts';

/** The reference's words for where the contrastive loss is taken; none of them where it is off. */
function contrastiveOf(word: string | boolean | null | undefined): MaAvtConfig['contrastive'] {
  if (typeof word !== 'string') return 'none';
  if (word.startsWith('blockwise')) return word.includes('sep') ? 'blockwise-separate' : 'blockwise-common';
  return word === 'final' ? 'final' : 'none';
}

const configSchema = z.object({
  img: z.int().positive().max(4096),
  depth: z.int().positive(),
  heads: z.int().positive(),
  classes: z.int().positive().max(65_536),
  na: z.int().positive(),
  nv: z.int().positive(),
  ns: z.int().positive(),
  LSA: z.boolean(),
  bg: z.boolean(),
  contrastive: z
    .enum([
      'blockwise_sep',
      'blockwise-separate',
      'blockwise_common',
      'blockwise-common',
      'blockwise_cmn',
      'blockwise-cmn',
      'blockwise',
      'final',
      'none',
      '',
    ])
    .or(z.boolean())
    .nullish(),
  layerwise: z.enum(['none', 'common']).default('none'),
  B: z.int().positive(),
});

/** Targets as they are. */
const exact = { labelSmoothing: 0, headDropout: 0, seed: 0 };

export type GoldenRun = {
  readonly backbone: Backbone;
  readonly model: Model;
  readonly batch: StepBatch;
  readonly batchSize: number;
  /** Trainable parameters before the first step. */
  readonly parameters: Map<string, Float32Array>;
  /** A recorded tensor by its name in the file, or undefined where the run did not record it. */
  readonly recorded: (name: string) => Float32Array | undefined;
};

/** The reference's module name of a trainable parameter. */
export function referenceName(parameter: string): string {
  return parameter
    .replace(/^cls_token/, 'ViT.v.cls_token')
    .replace(/^background_token/, 'bg_cls_token')
    .replace(/_attention\./, '_attn.')
    .replace(/^visual_projection/, 'vis_proj')
    .replace(/^audio_projection/, 'audio_proj')
    .replace(/^class_head/, 'fg_class')
    .replace(/^background_head/, 'bg_class');
}

/** @throws DuetError when the file is not a reference run of MA-AVT or lacks a part of it. */
export function readGoldenRun(bytes: Uint8Array, name: string): GoldenRun {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const described = parseJson(metadata.config ?? 'null');
  if (described === null || described === undefined) {
    throw new DuetError(
      `${name} is no reference run of MA-AVT: its metadata has no 'config' in JSON; name files as docs/formats.md describes them.`,
    );
  }
  const settings = checkSchema(configSchema, described, `The configuration in the metadata of ${name}`);
  const { heads, classes, na, nv, ns, LSA, bg, contrastive, layerwise, B } = settings;
  const tensor = (key: string): NamedTensor => {
    const found = tensors.get(key);
    if (!found) throw new DuetError(`${name}: the tensor '${key}' is missing.`);
    return found;
  };
  const ofBackbone = [...tensors].flatMap(([key, value]) =>
    key.startsWith('param.ViT.v.') ? [[key.slice(12), value] as const] : [],
  );
  const backbone = parseBackbone({ name, tensors: new Map(ofBackbone) }, { heads });
  const logitScale = tensors.get('param.logit_scale') ?? tensors.get('param.logit_scale.0');
  const config: MaAvtConfig = {
    ...recipes.reference.model,
    vit: backbone.config,
    classes,
    tokens: { audio: na, visual: nv, shared: ns },
    lightSelfAttention: LSA,
    background: bg,
    contrastive: contrastiveOf(contrastive),
    layerwise,
    ...(logitScale && { temperature: Math.exp(-toFloat32(logitScale)[0]!) }),
  };
  const labels = toInt32(tensor('input.label'));
  if (labels.length !== B)
    throw new DuetError(
      `${name} has ${labels.length} labels for the ${B} clips of its configuration; record it again.`,
    );
  const [images, spectrograms] = [toFloat32(tensor('input.image')), toFloat32(tensor('input.audio'))];
  return {
    backbone,
    model: maAvt(config),
    batchSize: B,
    batch: pairStep(
      { images, spectrograms, labels, pictureLabels: labels, soundLabels: labels, count: B },
      config,
      exact,
      0,
    ),
    parameters: new Map(
      [...trainableParameters(config).keys()].map((key) => [
        key,
        toFloat32(tensor(`param.${referenceName(key)}`)).slice(),
      ]),
    ),
    recorded: (key) => {
      const found = tensors.get(key);
      return found && toFloat32(found);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
