// What a training run of the mask form is set to, and the recipes.
import * as z from 'zod';
import { settingMeta } from '../../train/setting-fields.ts';
import { trainingFields } from '../../train/settings.ts';
import { maskConfigSchema } from './mask-config.ts';

const input = settingMeta('Input');
const mixing = settingMeta('Mixtures');

/** What a training of the extraction is set to; each field's metadata has its flag and its help. */
export const extractSettingsSchema = z.strictObject({
  recipe: z.enum(['extract', 'extract-of-two']).meta({ help: 'the recipe that these settings began as' }),
  augment: z.enum(['none', 'standard']).meta(input('--augment <how>', 'vary training clips')),
  missing: z.enum(['error']).meta({ help: 'a clip without picture or without sound is refused' }),
  ...trainingFields,
  averaging: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .meta(
      settingMeta('Learning')(
        '--averaging <decay>',
        'of the moving average of the weights that is kept, at most; 0 keeps the last ones',
      ),
    ),
  model: maskConfigSchema.omit({ visualWidth: true }),
  pictures: z.literal([1, 2]).meta({
    help: 'how many pictures tell what is wanted: the target’s, or also that of what else is in view',
  }),
  /** How clips are mixed in training; see mixture-plan.ts. */
  mixtures: z.strictObject({
    ratioRange: z
      .number()
      .min(0)
      .meta(mixing('--ratio-range <decibels>', 'most that the target is louder or quieter than the other sound')),
    pictures: z
      .enum(['own', 'within the class'])
      .meta({ help: 'a clip is shown its own picture, or one of its class' }),
    perClip: z.int().positive().meta({ help: 'mixtures of an epoch in which each clip is the target' }),
    silentShare: z
      .number()
      .min(0)
      .max(1)
      .meta(mixing('--silent-share <share>', 'of mixtures in which the target does not sound')),
  }),
  trainingSamples: z.int().positive().meta({ help: 'samples of a mixture in training' }),
  windowSamples: z.int().positive().meta({ help: 'samples of a window in evaluation and prediction' }),
  dropout: z.number().min(0).lt(1).meta({ help: 'share of the network’s factors that a step sets to 0' }),
});

/** What `extractSettingsSchema` checks. */
export type ExtractSettings = Readonly<z.infer<typeof extractSettingsSchema>>;

const dilations = [1, 2, 4, 8, 16];

const extract: ExtractSettings = {
  ...{ recipe: 'extract', missing: 'error' },
  ...{ seed: 0, epochs: 50, batch: 16, learningRate: 2e-3, optimizer: 'adamw', weightDecay: 0.02 },
  ...{ schedule: 'cosine', warmupEpochs: 1, stepEpochs: 30, clipNorm: 1, patience: null },
  averaging: 0.99,
  model: {
    ...{ sampleRate: 16_000, window: 1024, bands: 64, channels: 64, conditionWidth: 64 },
    ...{ dilations: [...dilations, ...dilations], production: false },
    ...{ matchWeight: 0, matchWidth: 32, temperature: 0.07 },
  },
  pictures: 1,
  mixtures: { ratioRange: 5, pictures: 'within the class', perClip: 4, silentShare: 0 },
  ...{ trainingSamples: 2 ** 15, windowSamples: 2 ** 16, augment: 'standard', dropout: 0.2 },
};

/** Full sets of settings by name. */
export const extractRecipes = {
  extract,
  'extract-of-two': { ...extract, recipe: 'extract-of-two', pictures: 2 },
} as const satisfies Record<ExtractSettings['recipe'], ExtractSettings>;
