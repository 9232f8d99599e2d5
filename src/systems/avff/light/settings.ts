// What a training run of the light detector is set to, and its recipes.
import * as z from 'zod';
import { settingMeta } from '../../../train/setting-fields.ts';
import { usualTraining } from '../../../train/settings.ts';
import { usualFields } from '../../usual.ts';
import { framesPerSecond } from './reading.ts';
import { shortestSeconds } from './verdict.ts';

const agreement = settingMeta('Agreement');

/** What a training of the detector is set to; each field's metadata has its flag and its help. */
export const lightSettingsSchema = z.strictObject({
  ...usualFields(['authentic', 'authentic-things'], 'always left out, as both are compared'),
  seconds: z
    .number()
    .min(shortestSeconds)
    .max(30)
    .meta(agreement('--seconds <seconds>', 'longest part of a clip that is judged in one piece')),
  folds: z
    .int()
    .min(2)
    .max(16)
    .meta({ help: 'pairs of predictors, each of which leaves out its share of the persons' }),
  hidden: z
    .int()
    .min(0)
    .max(256)
    .meta({ help: 'channels between two convolutions of a predictor; 0: one convolution, in closed form' }),
  canonical: z.int().min(0).max(1024).meta({
    help: 'random features of each side whose canonical directions are compared, in place of predictions; 0: none',
  }),
  penalty: z.number().min(0).meta({ help: 'pull of a predictor’s weights towards zero, as in a ridge regression' }),
  recode: z
    .boolean()
    .meta(agreement('--no-recode', 'do not look at clips after a strong encoding too, which is slower')),
  trimSilence: z
    .boolean()
    .meta(agreement('--no-trim-silence', 'keep the time before the sound begins, though its length may betray fakes')),
});

/** What `lightSettingsSchema` checks. */
export type LightSettings = Readonly<z.infer<typeof lightSettingsSchema>>;

const forPeople = {
  ...{ ...usualTraining, missing: 'error', epochs: 120, batch: 16, learningRate: 3e-3 },
  ...{ seconds: 8, folds: 4, hidden: 0, canonical: 0, penalty: 2, recode: true, trimSilence: true },
} as const satisfies Omit<LightSettings, 'recipe'>;

/** Full sets of settings by name: for people who talk, and for hundreds of clips of things that sound. */
export const lightRecipes = {
  authentic: { recipe: 'authentic', ...forPeople },
  'authentic-things': {
    ...{ ...forPeople, recipe: 'authentic-things' },
    ...{ epochs: 8, learningRate: 3e-2, folds: 2, canonical: 600 },
  },
} as const satisfies Record<LightSettings['recipe'], LightSettings>;

/** T: moments of the longest part that is judged in one piece. */
export function momentsOf({ seconds }: Pick<LightSettings, 'seconds'>): number {
  return Math.round(seconds * framesPerSecond);
}
