// What a training of the light localiser is set to, and its recipe.
import * as z from 'zod';
import { senses } from '../../data/annotation.ts';
import { settingMeta } from '../../train/setting-fields.ts';
import { trainingFields, usualTraining } from '../../train/settings.ts';

const input = settingMeta('Input');
const learning = settingMeta('Learning');
const share = z.number().min(0).max(1);

/** What a training of the localiser is set to; each field's metadata has its flag and its help. */
export const eventsSettingsSchema = z.strictObject({
  recipe: z.enum(['events']).meta({ help: 'the set of settings that the others change' }),
  missing: z
    .enum(['error', 'zero'])
    .meta(input('--missing <what>', 'a file without picture or without sound: refuse it, or learn from the other')),
  rate: z
    .number()
    .positive()
    .max(30)
    .meta(input('--rate <rows>', 'rows of features a second; 4 where many events last less than 2 seconds')),
  textForm: z
    .enum(['name', 'sentence'])
    .meta(input('--text-form <form>', 'give the text encoder bare names, or sentences about them')),
  senses: z
    .array(z.enum(senses))
    .readonly()
    .meta({ help: 'how events show; training keeps those that the data is annotated for' }),
  ...trainingFields,
  averaging: share.meta(
    learning(
      '--averaging <decay>',
      'of the moving average of the weights that is kept, at most; 0 keeps the last ones',
    ),
  ),
  otherSound: share.meta(
    learning('--other-sound <share>', 'of pictures that get another clip’s sound, where both are annotated'),
  ),
  tempo: z.number().min(0).lt(1).meta(learning('--tempo <share>', 'change of a clip’s tempo at most')),
  leastKept: z
    .number()
    .positive()
    .max(1)
    .meta(learning('--least-kept <share>', 'of a clip that a crop keeps at least')),
  leastOfEvent: z
    .number()
    .positive()
    .max(1)
    .meta(learning('--least-of-event <share>', 'of an event that a crop holds, for the event to stay')),
});

/** What `eventsSettingsSchema` checks. */
export type EventsSettings = z.infer<typeof eventsSettingsSchema>;

/** For scenes of 30 to 60 seconds. */
const events: EventsSettings = {
  ...{ ...usualTraining, recipe: 'events', missing: 'zero', rate: 2, textForm: 'name', senses },
  ...{ epochs: 36, batch: 8, learningRate: 1e-3, weightDecay: 1e-4, clipNorm: 1, warmupEpochs: 2 },
  ...{ averaging: 0.999, otherSound: 0.5, tempo: 0.2, leastKept: 0.7, leastOfEvent: 0.5 },
};

/** Full sets of settings by name. */
export const eventsRecipes: Readonly<Record<string, EventsSettings>> = { events };
