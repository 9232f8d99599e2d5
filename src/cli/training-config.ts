// From what the user said to a full training configuration: the recipe's or the resumed run's, with the user's own
// words over it.
import { recipes } from '../systems/ma-avt/recipes.ts';
import { type TrainingConfig, trainingConfigSchema } from '../systems/ma-avt/training-config.ts';
import { placed, withChanges } from '../train/setting-fields.ts';
import { flagFields, type TrainSettings } from './train-settings.ts';

/** `base`, by default the recipe, wherever `settings` is silent. */
export function trainingConfig({ recipe, training }: TrainSettings, base = recipes[recipe ?? 'duet']): TrainingConfig {
  const given = recipe === undefined ? training : { ...training, recipe };
  return trainingConfigSchema.parse(withChanges(base, placed(flagFields, given)));
}
