// `--config FILE`: one JSON object, its keys named as the flags. A flag on the command line wins.
import type { Command } from 'commander';
import { suggestion } from '../data/suggestion.ts';
import { DuetError } from '../errors.ts';
import { readJsonClearly } from '../files/read-clearly-node.ts';
import { isNamed } from '../train/setting-fields.ts';
import type { Setting, Settings } from './setting.ts';

/**
 * Gives the command the file's values wherever the command line gave none, and returns the file's `data` (a path), if
 * it names one. An unknown key or a value of the wrong kind is a DuetError.
 */
export async function applyConfigFile(command: Command, file: string, settings: Settings): Promise<string | undefined> {
  const config = await readJsonClearly(file);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new DuetError(`${file} holds no settings; write one JSON object such as {"epochs": 50}.`);
  }
  let data: string | undefined;
  for (const [key, value] of Object.entries(config)) {
    if (key === 'data' && typeof value === 'string') {
      data = value;
      continue;
    }
    const [name, entry] = settingNamed(file, key, settings);
    const accepted = entry.field.accept(value);
    if (accepted === undefined)
      throw new DuetError(`${file}: "${key}" is ${JSON.stringify(value)}, but must be ${entry.field.expected}.`);
    if (command.getOptionValueSource(name) !== 'cli') command.setOptionValueWithSource(name, accepted, 'config');
  }
  return data;
}

/** By its own name (warmupEpochs) or as its flag has it (warmup-epochs, lr). */
function settingNamed(file: string, key: string, settings: Settings): readonly [string, Setting<unknown>] {
  const named = Object.entries(settings).find(([name, { flags }]) => isNamed({ name, flag: flags }, key));
  if (named !== undefined) return named;
  throw new DuetError(`${file} has an unknown key "${key}": ${suggestion(key, ['data', ...Object.keys(settings)])}`);
}
