// Adapters as they were before there were other systems: MA-AVT's fields stood beside the general ones.
import { z } from 'zod';
import { DuetError } from '../../errors.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { type FrontEndName, frontEnds } from '../../signal/front-ends.ts';
import { type AdapterConfig, adapterConfigSchema, adapterFormatVersion } from '../../weights/adapter-config.ts';
import { recipes } from './recipes.ts';
import { modelOptionsSchema } from './settings.ts';
import type { TrainingConfig } from './training-config.ts';

/** As the flags allow: sizes are checked before anything is made in them. */
const count = z.number().int().nonnegative().max(1024);

const general = adapterConfigSchema.shape;

const formatSchema = z.strictObject({
  peft_type: z.literal('MA_AVT'),
  format_version: z.literal(1),
  base_model_name_or_path: general.base_model_name_or_path,
  base_model_hash: general.base_model_hash,
  classes: general.classes,
  recipe: z.string().min(1),
  front_end: z.string().min(1),
  normalisation: z.enum(['backbone', 'imagenet']).default('backbone'),
  image_size: general.image_size,
  tokens: z.strictObject({ audio: count, visual: count, shared: count }),
  positions: z.enum(['stretched', 'exact']),
  layerwise: z.enum(['none', 'common']),
  decision: z.strictObject({ background_threshold: z.number().min(0).max(1) }),
  /** The model's remaining options. */
  model: z.record(z.string(), z.unknown()),
});

const isFormatOne = z.looseObject({ peft_type: z.literal('MA_AVT'), format_version: z.literal(1) });

/** Undefined for a config of another kind. @throws DuetError for one of this kind that is not as it should be. */
export function upgradedAdapter(value: unknown, name: string): AdapterConfig | undefined {
  if (!isFormatOne.safeParse(value).success) return undefined;
  const config = checkSchema(formatSchema, value, `${name}'s adapter_config.json`);
  const { tokens, positions, layerwise, recipe, normalisation } = config;
  const model = checkSchema(
    modelOptionsSchema,
    { ...config.model, tokens, positions, layerwise },
    `${name}'s adapter_config.json`,
  );
  // It says nothing of how it was trained, which prediction does not ask either.
  const trained = Object.hasOwn(recipes, recipe) ? recipes[recipe as keyof typeof recipes] : recipes.duet;
  const settings: TrainingConfig = {
    ...trained,
    normalisation,
    model,
    frontEnd: frontEndNamed(config.front_end, name),
  };
  const { base_model_name_or_path, base_model_hash, image_size, classes } = config;
  return {
    ...{ format_version: adapterFormatVersion, system: 'ma-avt' },
    ...{ base_model_name_or_path, base_model_hash, image_size, classes },
    settings: settings as unknown as AdapterConfig['settings'],
    decision: { backgroundThreshold: config.decision.background_threshold },
  };
}

function frontEndNamed(name: string, adapter: string): FrontEndName {
  if (name in frontEnds) return name as FrontEndName;
  throw new DuetError(
    `${adapter} asks for the sound front end '${name}', which this Duet does not have (${Object.keys(frontEnds).join(', ')}).`,
  );
}
