// What a training run of the filterbank form is set to, and its recipe.
import * as z from 'zod';
import { settingMeta } from '../../train/setting-fields.ts';
import { trainingFields } from '../../train/settings.ts';
import { filterbankConfigSchema } from './filterbank-config.ts';

const mixing = settingMeta('Mixtures');
const chain = settingMeta('Speech chain');

/** What a training of the speech chain is set to; each field's metadata has its flag and its help. */
export const chainSettingsSchema = z.strictObject({
  recipe: z.enum(['avsepchain']).meta({ help: 'the recipe that these settings began as' }),
  missing: z.enum(['error']).meta({ help: 'a clip without picture or without sound is refused' }),
  ...trainingFields,
  perceptionEpochs: z
    .int()
    .positive()
    .meta(chain('--perception-epochs <number>', 'epochs of the perception stage by itself, before both')),
  model: filterbankConfigSchema.omit({ visualWidth: true }),
  ratioRange: z
    .number()
    .min(0)
    .meta(mixing('--ratio-range <decibels>', 'most that the target is louder or quieter than the other sound')),
  perClip: z.int().positive().meta({ help: 'mixtures of an epoch in which each clip is the target' }),
  trainingSamples: z.int().positive().meta({ help: 'samples of a mixture in training' }),
  windowSamples: z.int().positive().meta({ help: 'samples of a window in evaluation and prediction' }),
});

/** What `chainSettingsSchema` checks. */
export type ChainSettings = Readonly<z.infer<typeof chainSettingsSchema>>;

const avsepchain: ChainSettings = {
  ...{ recipe: 'avsepchain', missing: 'error' },
  ...{ seed: 0, epochs: 30, perceptionEpochs: 30, batch: 4, learningRate: 1e-3, optimizer: 'adamw', weightDecay: 0.01 },
  ...{ schedule: 'cosine', warmupEpochs: 1, stepEpochs: 30, clipNorm: 5, patience: null },
  model: {
    ...{ sampleRate: 16_000, framesPerSecond: 25, kernel: 16, channels: 64, chunk: 160 },
    ...{ visualBlocks: 2, heads: 4, feedForward: 128, intraLayers: 2, interLayers: 2 },
    ...{ perceptionBlocks: 1, productionBlocks: 1, productionInput: 'perception', productionOrder: 'inter-intra' },
    ...{ query: 'condition', detachPerception: false, perceptionWeight: 1 },
    ...{ matchWeight: 0.1, matchWidth: 32, temperature: 0.07, matchLevel: 'clip' },
  },
  ...{ ratioRange: 5, perClip: 1, trainingSamples: 2 ** 15, windowSamples: 2 ** 15 },
};

/** Full sets of settings by name. */
export const chainRecipes = { avsepchain } as const satisfies Record<ChainSettings['recipe'], ChainSettings>;
