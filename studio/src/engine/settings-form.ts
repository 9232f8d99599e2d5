// What a training may be set to, as plain data for a form: the fields of the system's schema with the values in force.
import type { Json } from '../../../src/data/intake.ts';
import { chosenSettings } from '../../../src/run/chosen-settings.ts';
import { allSystems, recipeNamed } from '../../../src/systems/registry.ts';
import type { SystemSettings } from '../../../src/systems/system.ts';
import { type SettingField, settingFields } from '../../../src/train/setting-fields.ts';
import type { StoredChoice } from '../storage/database.ts';

export type SettingsForm = {
  readonly recipe: string;
  readonly recipes: readonly string[];
  /** Those that people type, in the order of the command's help. */
  readonly fields: readonly SettingField[];
  /** By field name. */
  readonly values: Readonly<Record<string, Json>>;
};

/** The full settings of a choice. @throws DuetError where they contradict each other. */
export async function settingsOf({ recipe, given }: StoredChoice): Promise<SystemSettings> {
  const settings = await chosenSettings({ recipe, training: given });
  return (await recipeNamed(settings.recipe)).system.coherent(settings);
}

/** The page teaches classes, so the recipes are those of systems that learn from them. */
export async function settingsForm(settings: SystemSettings): Promise<SettingsForm> {
  const { system } = await recipeNamed(settings.recipe);
  const fields = settingFields(system.settings).filter(({ flag, kind }) => flag !== undefined && kind.kind !== 'other');
  return {
    recipe: settings.recipe,
    recipes: (await allSystems()).flatMap(({ annotation, recipes }) =>
      annotation === 'class' ? Object.keys(recipes) : [],
    ),
    fields,
    values: Object.fromEntries(fields.map(({ name, path }) => [name, valueAt(settings, path)])),
  };
}

function valueAt(settings: SystemSettings, path: readonly string[]): Json {
  const found = path.reduce<unknown>((inside, key) => (inside as Readonly<Record<string, unknown>>)[key], settings);
  return (found ?? null) as Json;
}
