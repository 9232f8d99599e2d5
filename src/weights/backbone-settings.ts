// What tensors alone do not tell about a backbone (heads, epsilon, how pixels are normalised), from the files beside
// them.

import { z } from 'zod';
import { DuetError } from '../errors.ts';
import { checkSchema } from '../files/schema-error.ts';
import type { Geometry, Naming } from './backbone-names.ts';
import { publishedHeads } from './published-heads.ts';

export type Triple = readonly [number, number, number];
export type BackboneSettings = {
  readonly heads: number;
  readonly layerNormEpsilon: number;
  readonly mean: Triple;
  readonly std: Triple;
};

/** The files' own fields that matter here; all others are left alone. */
const positive = z.number().int().positive();
const triple = z.tuple([z.number(), z.number(), z.number()]).readonly();
const configSchema = z.looseObject({
  // Hugging Face
  model_type: z.string().optional(),
  hidden_size: positive.optional(),
  num_hidden_layers: positive.optional(),
  num_attention_heads: positive.optional(),
  layer_norm_eps: z.number().positive().optional(),
  hidden_act: z.string().optional(),
  architecture: z.string().optional(),
  // timm; its older files have the pretrained_cfg's fields at the top
  mean: triple.optional(),
  std: triple.optional(),
  pretrained_cfg: z.looseObject({ mean: triple.optional(), std: triple.optional() }).optional(),
  model_args: z.looseObject({ num_heads: positive.optional(), act_layer: z.string().optional() }).optional(),
});
const preprocessorSchema = z.looseObject({
  image_mean: triple.optional(),
  image_std: triple.optional(),
  do_normalize: z.boolean().optional(),
});

export type SettingsSource = {
  readonly name: string;
  readonly naming: Naming;
  readonly geometry: Geometry;
  readonly metadata: Readonly<Record<string, string>>;
  readonly config?: unknown;
  readonly preprocessor?: unknown;
  readonly heads?: number | undefined;
};

/** ImageNet's, for want of better knowledge. */
const imageNetMean: Triple = [0.485, 0.456, 0.406];
const imageNetDeviation: Triple = [0.229, 0.224, 0.225];

export function backboneSettings(source: SettingsSource): BackboneSettings {
  const config = checkSchema(configSchema, source.config ?? {}, `${source.name}'s config.json`);
  const preprocessor = checkSchema(
    preprocessorSchema,
    source.preprocessor ?? {},
    `${source.name}'s preprocessor_config.json`,
  );
  const { width, depth } = source.geometry;
  agree(source.name, 'hidden_size', config.hidden_size, width);
  agree(source.name, 'num_hidden_layers', config.num_hidden_layers, depth);
  const activation = config.hidden_act ?? config.model_args?.act_layer ?? 'gelu';
  if (activation !== 'gelu') {
    throw new DuetError(
      `${source.name} is not a plain ViT: its activation is '${activation}', not exact GELU; choose another backbone.`,
    );
  }
  const unnormalised = preprocessor.do_normalize === false;
  return {
    heads: headCount(source, config),
    layerNormEpsilon: config.layer_norm_eps ?? (source.naming.family === 'timm' ? 1e-6 : 1e-12),
    mean:
      metadataTriple(source, 'mean') ??
      config.pretrained_cfg?.mean ??
      config.mean ??
      (unnormalised ? [0, 0, 0] : (preprocessor.image_mean ?? imageNetMean)),
    std: positiveTriple(
      source.name,
      metadataTriple(source, 'std') ??
        config.pretrained_cfg?.std ??
        config.std ??
        (unnormalised ? [1, 1, 1] : (preprocessor.image_std ?? imageNetDeviation)),
    ),
  };
}

function headCount(
  { name, geometry, metadata, heads: asked }: SettingsSource,
  config: z.infer<typeof configSchema>,
): number {
  const { width } = geometry;
  const stated = /\bheads (\d+)/.exec(metadata.architecture ?? '')?.[1];
  const architecture = config.architecture ?? metadata.architecture;
  const heads =
    asked ??
    config.num_attention_heads ??
    config.model_args?.num_heads ??
    (stated === undefined ? publishedHeads(architecture, width) : Number(stated));
  if (heads === undefined) {
    const known = architecture === undefined ? 'no file with it names' : `'${architecture}' does not tell`;
    throw new DuetError(
      `${name}: ${known} the number of its attention heads, and ${width} channels can be divided in several ways; ` +
        'write {"num_attention_heads": NUMBER} into the config.json beside its model.safetensors.',
    );
  }
  if (!Number.isInteger(heads) || heads < 1 || width % heads !== 0) {
    throw new DuetError(
      `${name}: ${heads} attention heads do not divide its width of ${width}; state the right number in its config.json.`,
    );
  }
  return heads;
}

function metadataTriple({ name, metadata }: SettingsSource, key: 'mean' | 'std'): Triple | undefined {
  const text = metadata[key];
  if (text === undefined) return undefined;
  const numbers = text
    .replace(/[[\]()]/g, '')
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  return checkSchema(triple, numbers, `${name}'s metadata '${key}' ('${text}')`);
}

function positiveTriple(name: string, deviation: Triple): Triple {
  if (deviation.every((value) => value > 0)) return deviation;
  throw new DuetError(
    `${name} divides pixels by a deviation of ${deviation.join(', ')}; all three must be above zero: fix its config.`,
  );
}

function agree(name: string, field: string, stated: number | undefined, found: number): void {
  if (stated === undefined || stated === found) return;
  throw new DuetError(
    `${name}: config.json says ${field} ${stated}, the tensors say ${found}; these files do not belong together.`,
  );
}
