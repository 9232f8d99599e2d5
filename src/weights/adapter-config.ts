// What an adapter's adapter_config.json says (format 2): which system it is of, what it was trained on, and how.
import { z } from 'zod';
import { DuetError } from '../errors.ts';
import { checkSchema } from '../files/schema-error.ts';
import { type Backbone, mostPixels } from './backbone.ts';

/** Raised whenever an adapter written before would be misread. */
export const adapterFormatVersion = 2;

const pixels = z.number().int().positive().max(mostPixels);

export const adapterConfigSchema = z.strictObject({
  format_version: z.literal(adapterFormatVersion),
  /** The name of its system. */
  system: z.string().min(1),
  /** What openBackbone takes to open the backbone it was trained on. */
  base_model_name_or_path: z.string().min(1),
  /** That backbone's `hash`. */
  base_model_hash: z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits'),
  /** Height and width of the backbone's pictures in pixels. */
  image_size: z.tuple([pixels, pixels]),
  /** In the order of the model's scores; empty for a system without classes. */
  classes: z.array(z.string().min(1)).refine((names) => new Set(names).size === names.length, 'names a class twice'),
  /** The text encoder that the classes' vectors came from, where the system knows its classes by texts. */
  text_encoder: z.strictObject({ source: z.string().min(1), hash: z.string().min(1) }).optional(),
  /** The label of training clips that showed nothing, where there were such. */
  background: z.string().min(1).optional(),
  /** Everything the training was set to, by the system's own words. */
  settings: z.record(z.string(), z.json()),
  /** Thresholds and the like that the trained model decides by. */
  decision: z.record(z.string(), z.json()),
});

export type AdapterConfig = z.infer<typeof adapterConfigSchema>;

/** Brings a config of an older format to today's; undefined for one that it does not know. */
export type UpgradeConfig = (
  config: unknown,
  name: string,
) => AdapterConfig | undefined | Promise<AdapterConfig | undefined>;

const versionSchema = z.looseObject({ peft_type: z.unknown().optional(), format_version: z.unknown().optional() });

/** A parsed adapter_config.json; `name` is what messages call the adapter. Anything unfit is a DuetError. */
export async function parseAdapterConfig(value: unknown, name: string, upgrade: UpgradeConfig): Promise<AdapterConfig> {
  const { peft_type: kind, format_version: version } = versionSchema.safeParse(value).data ?? {};
  if (version === adapterFormatVersion) return checkSchema(adapterConfigSchema, value, `${name}'s adapter_config.json`);
  const upgraded = await upgrade(value, name);
  if (upgraded) return upgraded;
  if (kind !== undefined)
    throw new DuetError(`${name} is an adapter of another kind (${JSON.stringify(kind)}); name one that Duet trained.`);
  if (version !== undefined)
    throw new DuetError(
      `${name} is an adapter of format version ${JSON.stringify(version)} and this Duet reads version ${adapterFormatVersion}; ` +
        'use the Duet that wrote it, or train it again.',
    );
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
