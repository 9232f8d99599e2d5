import { expect, test } from 'vitest';
import { joinedFields } from '../train/joined-fields.ts';
import { settingFields } from '../train/setting-fields.ts';
import { isOfKind } from '../train/setting-kind.ts';
import { allSystems } from './registry.ts';

const systems = await allSystems();

test.each(systems)(
  'the settings of $name have help, and its recipes hold values of their kinds',
  ({ settings, recipes }) => {
    for (const recipe of Object.values(recipes))
      for (const { path, kind } of settingFields(settings)) {
        const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], recipe);
        expect([path, value === null || isOfKind(kind, value)]).toEqual([path, true]);
      }
  },
);

test('the systems mean the same by a flag that several have', () => {
  expect(() => joinedFields(systems.map(({ settings }) => settingFields(settings)))).not.toThrow();
});
