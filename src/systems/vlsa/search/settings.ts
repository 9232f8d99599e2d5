// What a training of the search model is set to, and its recipe.
import * as z from 'zod';
import { usualTraining } from '../../../train/settings.ts';
import { usualFields } from '../../usual.ts';

/** What a training of the search model is set to; each field's metadata has its flag and its help. */
export const searchSettingsSchema = z.strictObject({
  ...usualFields(['search'], 'refuse it, or learn from the other'),
});

/** What `searchSettingsSchema` checks. */
export type SearchSettings = z.infer<typeof searchSettingsSchema>;

const search: SearchSettings = {
  ...{ ...usualTraining, recipe: 'search', missing: 'zero' },
  ...{ epochs: 60, batch: 64, learningRate: 1e-3, weightDecay: 0.05, warmupEpochs: 2 },
};

/** Full sets of settings by name. */
export const searchRecipes: Readonly<Record<string, SearchSettings>> = { search };
