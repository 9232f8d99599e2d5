// What a training run of the light detector is set to, and its recipe.
import * as z from 'zod';
import { settingMeta } from '../../../train/setting-fields.ts';
import { trainingFields } from '../../../train/settings.ts';
import { framesPerSecond } from './reading.ts';
import { shortestSeconds } from './verdict.ts';

const input = settingMeta('Input');
const agreement = settingMeta('Agreement');

/** What a training of the detector is set to; each field's metadata has its flag and its help. */
export const lightSettingsSchema = z.strictObject({
  recipe: z.enum(['authentic']).meta({ help: 'the recipe that these settings began as' }),
  missing: z
    .enum(['error', 'zero'])
    .meta(input('--missing <what>', 'a file without picture or without sound: always left out, as both are compared')),
  ...trainingFields,
  seconds: z
    .number()
    .min(shortestSeconds)
    .max(30)
    .meta(agreement('--seconds <seconds>', 'longest part of a clip that is judged in one piece')),
  folds: z
    .int()
    .positive()
    .max(16)
    .meta({ help: 'pairs of predictors, each of which leaves out its share of the persons' }),
  hidden: z
    .int()
    .min(0)
    .max(256)
    .meta({ help: 'channels between two convolutions of a predictor; 0: one convolution, in closed form' }),
  penalty: z.number().min(0).meta({ help: 'pull of a predictor’s weights towards zero, as in a ridge regression' }),
  trimSilence: z
    .boolean()
    .meta(agreement('--no-trim-silence', 'keep the time before the sound begins, though its length may betray fakes')),
});

/** What `lightSettingsSchema` checks. */
export type LightSettings = Readonly<z.infer<typeof lightSettingsSchema>>;

/** Full sets of settings by name. */
export const lightRecipes = {
  authentic: {
    ...{ recipe: 'authentic', missing: 'error' },
    ...{ seed: 0, epochs: 120, batch: 16, learningRate: 3e-3, optimizer: 'adamw', weightDecay: 0 },
    ...{ schedule: 'cosine', warmupEpochs: 0, stepEpochs: 10, clipNorm: 0, patience: null },
    ...{ seconds: 8, folds: 4, hidden: 0, penalty: 1, trimSilence: true },
  },
} as const satisfies Record<LightSettings['recipe'], LightSettings>;

/** T: moments of the longest part that is judged in one piece. */
export function momentsOf({ seconds }: Pick<LightSettings, 'seconds'>): number {
  return Math.round(seconds * framesPerSecond);
}
