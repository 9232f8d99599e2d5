// From what the user said to a full training configuration: the recipe's or the resumed run's, with the user's own
// words over it.
import { recipes } from '../systems/ma-avt/recipes.ts';
import { type TrainingConfig, trainingConfigSchema } from '../systems/ma-avt/training-config.ts';
import { checkGiven } from '../train/joined-fields.ts';
import { placed, settingFields, withChanges } from '../train/setting-fields.ts';
import type { TrainSettings } from './train-settings.ts';

const fields = settingFields(trainingConfigSchema);

/**
 * `base`, by default the recipe, wherever `settings` is silent.
 * @throws DuetError for what another system's recipe could be set to.
 */
export function trainingConfig({ recipe, training }: TrainSettings, base?: TrainingConfig): TrainingConfig {
  const name = recipe ?? base?.recipe ?? 'duet';
  checkGiven(fields, training, name);
  const chosen = trainingConfigSchema.shape.recipe.parse(name);
  return trainingConfigSchema.parse({
    ...withChanges(base ?? recipes[chosen], placed(fields, training)),
    recipe: chosen,
  });
}
