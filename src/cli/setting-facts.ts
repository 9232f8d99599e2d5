// What a system is set to, as lines of a table.

import type { System } from '../systems/system.ts';
import { settingFields } from '../train/setting-fields.ts';

/** Every setting by the name that flags and configuration files have for it, in the order of the system's schema. */
export function settingFacts({ settings: schema }: Pick<System, 'settings'>, settings: unknown): [string, string][] {
  return settingFields(schema).map(({ path, flag, name }) => {
    const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], settings);
    return [flag === undefined ? path.at(-1)! : name, written(value)];
  });
}

function written(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? 'never');
}
