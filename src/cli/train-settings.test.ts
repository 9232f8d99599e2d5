import { Command } from 'commander';
import { expect, test } from 'vitest';
import { chosenSettings } from '../run/chosen-settings.ts';
import { recipes } from '../systems/ma-avt/recipes.ts';
import { allSystems } from '../systems/registry.ts';
import type { SystemSettings } from '../systems/system.ts';
import { settingFields, withChanges } from '../train/setting-fields.ts';
import { isOfKind, type SettingKind } from '../train/setting-kind.ts';
import { addSettings } from './setting.ts';
import { flagFields, trainSettings, trainSettingsOf } from './train-settings.ts';

function configure(base: SystemSettings, ...argv: string[]) {
  const command = addSettings(new Command().exitOverride(), trainSettings);
  command.parse(argv, { from: 'user' });
  return chosenSettings(trainSettingsOf(command), base);
}

test('who says nothing gets the recipe, whole', async () => {
  for (const recipe of Object.values(recipes)) expect(await configure(recipe)).toEqual(recipe);
});

test('what is said wins, and nothing else changes', async () => {
  const argv = [
    '--lr',
    '3e-4',
    '--epochs',
    '120',
    '--batch',
    '64',
    '--seed',
    '3',
    '--shared-tokens',
    '2',
    '--contrastive-weight',
    '0.5',
    '--no-background',
  ];
  const { model } = recipes.reference;
  expect(await configure(recipes.reference, ...argv)).toEqual({
    ...recipes.reference,
    learningRate: 3e-4,
    epochs: 120,
    batch: 64,
    seed: 3,
    model: {
      ...model,
      background: false,
      tokens: { ...model.tokens, shared: 2 },
      weights: { ...model.weights, contrastive: 0.5 },
    },
  });
});

/** A value of the kind that is not this one. */
function another(kind: SettingKind, value: unknown): unknown {
  const values = kind.kind === 'choice' ? kind.names : [false, true, 0.5, 0.25, 7];
  return values.find((other) => other !== value && isOfKind(kind, other));
}

test.each(flagFields)('$flag arrives at its place, and nowhere else', async ({ flag, path, kind }) => {
  const owner = (await allSystems()).find(({ settings }) =>
    settingFields(settings).some((field) => field.flag === flag),
  )!;
  const base = owner.recipes[owner.usualRecipe]!;
  const before = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], base);
  const value = another(kind, before);
  const text = kind.kind === 'toggle' ? [] : [String(value)];
  const changes = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;
  expect(await configure(base, flag!.split(/[ ,]/)[0]!, ...text)).toEqual(withChanges(base, changes));
});

test('a configuration file may turn on what the recipe leaves off', async () => {
  const command = addSettings(new Command(), trainSettings);
  command.setOptionValueWithSource('headStart', true, 'config');
  expect(await chosenSettings(trainSettingsOf(command), recipes.lora)).toEqual({ ...recipes.lora, headStart: true });
});

test('the recipe is chosen by its flag', async () => {
  const command = addSettings(new Command().exitOverride(), trainSettings);
  command.parse(['--recipe', 'probe', '--epochs', '2'], { from: 'user' });
  expect(await chosenSettings(trainSettingsOf(command))).toEqual({ ...recipes.probe, epochs: 2 });
});
