// From what the user said to a full set of settings: the recipe's or the resumed run's, with the user's own words over
// it.
import { checkSchema } from '../files/schema-error.ts';
import { recipeNamed } from '../systems/registry.ts';
import type { SystemSettings } from '../systems/system.ts';
import { checkGiven } from '../train/joined-fields.ts';
import { placed, settingFields, withChanges } from '../train/setting-fields.ts';

export type ChosenTraining = {
  readonly recipe?: string | undefined;
  /** Settings by name; without those that the recipe decides. */
  readonly training: Readonly<Record<string, unknown>>;
};

/**
 * `base`, by default the recipe, wherever `training` is silent. @throws DuetError for what its system does not have.
 */
export async function chosenSettings(
  { recipe, training }: ChosenTraining,
  base?: SystemSettings,
): Promise<SystemSettings> {
  const chosen = await recipeNamed(recipe ?? base?.recipe);
  const fields = settingFields(chosen.system.settings);
  checkGiven(fields, training, chosen.settings.recipe);
  const changed = { ...withChanges(base ?? chosen.settings, placed(fields, training)), recipe: chosen.settings.recipe };
  return checkSchema(chosen.system.settings, changed, `The recipe ${chosen.settings.recipe}`);
}
