// What a training run of the mask form is set to, and the recipes.
import * as z from 'zod';
import { trainingFields } from '../../train/settings.ts';
import { maskConfigSchema } from './mask-config.ts';

export const extractSettingsSchema = z.strictObject({
  recipe: z.enum(['extract', 'extract-of-two']),
  ...trainingFields,
  model: maskConfigSchema.omit({ visualWidth: true }),
  /** How many pictures tell what is wanted: the target's, or also that of what else is in view. */
  pictures: z.literal([1, 2]),
  /** How clips are mixed in training; see mixture-plan.ts. */
  mixtures: z.strictObject({
    ratioRange: z.number().min(0),
    pictures: z.enum(['own', 'within the class']),
    silentShare: z.number().min(0).max(1),
  }),
  /** Samples of a mixture in training, and of a window in evaluation and prediction. */
  trainingSamples: z.int().positive(),
  windowSamples: z.int().positive(),
  augment: z.enum(['none', 'standard']),
  dropout: z.number().min(0).lt(1),
});

export type ExtractSettings = Readonly<z.infer<typeof extractSettingsSchema>>;

const dilations = [1, 2, 4, 8, 16];

const extract: ExtractSettings = {
  recipe: 'extract',
  ...{ seed: 0, epochs: 90, batch: 16, learningRate: 2e-3, optimizer: 'adamw', weightDecay: 0.02 },
  ...{ schedule: 'cosine', warmupEpochs: 3.5, stepEpochs: 30, clipNorm: 1, patience: null },
  model: {
    ...{ sampleRate: 16_000, window: 1024, bands: 64, channels: 64, conditionWidth: 64 },
    ...{ dilations: [...dilations, ...dilations], production: false },
    ...{ matchWeight: 0, matchWidth: 32, temperature: 0.07 },
  },
  pictures: 1,
  mixtures: { ratioRange: 5, pictures: 'within the class', silentShare: 0 },
  ...{ trainingSamples: 2 ** 15, windowSamples: 2 ** 16, augment: 'standard', dropout: 0.2 },
};

export const extractRecipes = {
  extract,
  'extract-of-two': { ...extract, recipe: 'extract-of-two', pictures: 2 },
} as const satisfies Record<ExtractSettings['recipe'], ExtractSettings>;
