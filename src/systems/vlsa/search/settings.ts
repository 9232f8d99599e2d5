// What a training of the search model is set to, and its recipe.
import * as z from 'zod';
import { settingMeta } from '../../../train/setting-fields.ts';
import { trainingFields } from '../../../train/settings.ts';

const input = settingMeta('Input');

/** What a training of the search model is set to; each field's metadata has its flag and its help. */
export const searchSettingsSchema = z.strictObject({
  recipe: z.enum(['search']).meta({ help: 'the set of settings that the others change' }),
  missing: z
    .enum(['error', 'zero'])
    .meta(input('--missing <what>', 'a file without picture or without sound: refuse it, or learn from the other')),
  ...trainingFields,
});

/** What `searchSettingsSchema` checks. */
export type SearchSettings = z.infer<typeof searchSettingsSchema>;

const search: SearchSettings = {
  ...{ recipe: 'search', missing: 'zero', seed: 0, patience: null, clipNorm: 0 },
  ...{ epochs: 60, batch: 64, learningRate: 1e-3, optimizer: 'adamw', weightDecay: 0.05 },
  ...{ schedule: 'cosine', warmupEpochs: 2, stepEpochs: 10 },
};

/** Full sets of settings by name. */
export const searchRecipes: Readonly<Record<string, SearchSettings>> = { search };
