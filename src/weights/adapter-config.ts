// What an adapter's adapter_config.json says: PEFT's habit, with MA-AVT's own fields.

import { z } from 'zod';
import { DuetError } from '../errors.ts';
import { checkSchema } from '../files/schema-error.ts';
import { type Backbone, mostPixels } from './backbone.ts';

/** Raised whenever an adapter written before would be misread. */
export const adapterFormatVersion = 1;

/** As the flags allow: sizes are checked before anything is made in them. */
const count = z.number().int().nonnegative().max(1024);
const pixels = z.number().int().positive().max(mostPixels);

export const adapterConfigSchema = z.strictObject({
  peft_type: z.literal('MA_AVT'),
  format_version: z.literal(adapterFormatVersion),
  /** What openBackbone takes to open the backbone it was trained on. */
  base_model_name_or_path: z.string().min(1),
  /** That backbone's `hash`. */
  base_model_hash: z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits'),
  /** In the order of the class scores. */
  classes: z
    .array(z.string().min(1))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'names a class twice'),
  recipe: z.string().min(1),
  /** The spectrogram's kind. */
  front_end: z.string().min(1),
  /** Whose mean and deviation bring pictures to the model's range. */
  normalisation: z.enum(['backbone', 'imagenet']).default('backbone'),
  /** Height and width of pictures and spectrograms in pixels. */
  image_size: z.tuple([pixels, pixels]),
  tokens: z.strictObject({ audio: count, visual: count, shared: count }),
  positions: z.enum(['stretched', 'exact']),
  layerwise: z.enum(['none', 'common']),
  decision: z.strictObject({
    /** A clip is background where its background probability is above this. */
    background_threshold: z.number().min(0).max(1),
  }),
  /** The model's remaining options. */
  model: z.record(z.string(), z.unknown()),
});

export type AdapterConfig = z.infer<typeof adapterConfigSchema>;

const versionSchema = z.looseObject({ peft_type: z.unknown().optional(), format_version: z.unknown().optional() });

/** A parsed adapter_config.json; `name` is what messages call the adapter. Anything unfit is a DuetError. */
export function parseAdapterConfig(value: unknown, name: string): AdapterConfig {
  const told = versionSchema.safeParse(value).data;
  if (told?.peft_type !== undefined && told.peft_type !== 'MA_AVT') {
    throw new DuetError(
      `${name} is an adapter of another kind (${JSON.stringify(told.peft_type)}, not "MA_AVT"); name one that Duet trained.`,
    );
  }
  if (told?.format_version !== undefined && told.format_version !== adapterFormatVersion) {
    throw new DuetError(
      `${name} is an adapter of format version ${JSON.stringify(told.format_version)} and this Duet reads version ${adapterFormatVersion}; ` +
        'use the Duet that wrote it, or train it again.',
    );
  }
  return checkSchema(adapterConfigSchema, value, `${name}'s adapter_config.json`);
}

/** A DuetError unless the adapter was trained on this very backbone; `name` is what the message calls the adapter. */
export function checkAdapterBackbone(config: AdapterConfig, backbone: Backbone, name: string): void {
  if (config.base_model_hash === backbone.hash) return;
  throw new DuetError(
    `${name} was trained on the backbone '${config.base_model_name_or_path}' (${config.base_model_hash}), ` +
      `and '${backbone.source}' (${backbone.hash}) is another; use the first.`,
  );
}
