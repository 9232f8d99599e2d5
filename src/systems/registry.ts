// The systems that there are. A new one is a folder beside this file and a line here.
import type * as z from 'zod';
import { DuetError } from '../errors.ts';
import type { AdapterConfig } from '../weights/adapter-config.ts';
import { speechChainSystem } from './av-sep-chain/chain-system.ts';
import { avSepChainSystem } from './av-sep-chain/system.ts';
import { authenticSystem } from './avff/light/system.ts';
import { avffSystem } from './avff/system.ts';
import { maAvtSystem } from './ma-avt/system.ts';
import type { Golden, System, SystemSettings } from './system.ts';
import { uniavSystem } from './uniav/system.ts';
import { referenceRuns as vlsaGolden } from './vlsa/reference-runs.ts';
import { searchSystem } from './vlsa/search/system.ts';

const byName = {
  'ma-avt': maAvtSystem,
  uniav: uniavSystem,
  avff: avffSystem,
  'avff-light': authenticSystem,
  'av-sep-chain': avSepChainSystem,
  'av-sep-chain-filterbank': speechChainSystem,
  'vlsa-search': searchSystem,
};

/** The first holds the recipe that is taken where none is named. */
export const systems: readonly System[] = Object.values(byName);

/** The systems that have reference runs. */
export const goldenRuns: readonly { readonly system: string; readonly golden: Golden }[] = [
  ...systems,
  { name: 'vlsa', golden: vlsaGolden },
].flatMap(({ name, golden }) => (golden ? [{ system: name, golden }] : []));

/** The name of a system that this Duet has. */
export type SystemName = keyof typeof byName;

/** What a system says of a clip. */
export type ResultOf<Name extends SystemName> = z.infer<(typeof byName)[Name]['result']>;

/** @throws DuetError for a name that this Duet does not know. */
export function systemNamed(name: string): System {
  const found = systems.find((system) => system.name === name);
  if (found) return found;
  throw new DuetError(
    `This Duet does not know the system "${name}" (it knows ${systems.map((system) => system.name).join(', ')}); use the one that wrote it.`,
  );
}

/** The names of all recipes, those of the first system first. */
export function recipeNames(): readonly string[] {
  return systems.flatMap(({ usualRecipe, recipes }) => [
    usualRecipe,
    ...Object.keys(recipes).filter((name) => name !== usualRecipe),
  ]);
}

/** A recipe's settings, and the system that they are of. */
export type ChosenRecipe = { readonly system: System; readonly settings: SystemSettings };

/** A recipe and the system that it belongs to. @throws DuetError for a name that no system has. */
export function recipeNamed(name: string = systems[0]!.usualRecipe): ChosenRecipe {
  const system = systems.find(({ recipes }) => Object.hasOwn(recipes, name));
  if (system) return { system, settings: system.recipes[name]! };
  throw new DuetError(`There is no recipe "${name}"; choose one of ${recipeNames().join(', ')}.`);
}

/** An adapter's config of an older format as today's, by the system that wrote it; undefined where none did. */
export function upgradeAdapter(config: unknown, name: string): AdapterConfig | undefined {
  for (const system of systems) {
    const upgraded = system.upgradeAdapter?.(config, name);
    if (upgraded) return upgraded;
  }
  return undefined;
}
