// The systems that there are. A new one is a folder beside this file and a line here. Each is loaded where it is first
// asked for, so that a command pays for no system but its own.
import type * as z from 'zod';
import { DuetError } from '../errors.ts';
import type { AdapterConfig } from '../weights/adapter-config.ts';
import type { Golden, System, SystemSettings } from './system.ts';

const byName = {
  'ma-avt': async () => (await import('./ma-avt/system.ts')).maAvtSystem,
  uniav: async () => (await import('./uniav/system.ts')).uniavSystem,
  avff: async () => (await import('./avff/system.ts')).avffSystem,
  'avff-light': async () => (await import('./avff/light/system.ts')).authenticSystem,
  'av-sep-chain': async () => (await import('./av-sep-chain/system.ts')).avSepChainSystem,
  'av-sep-chain-filterbank': async () => (await import('./av-sep-chain/chain-system.ts')).speechChainSystem,
  'vlsa-search': async () => (await import('./vlsa/search/system.ts')).searchSystem,
};

/** What loads each system, by its name. The first holds the recipe that is taken where none is named. */
export const systemLoaders: Readonly<Record<string, () => Promise<System>>> = byName;

/** The name of a system that this Duet has. */
export type SystemName = keyof typeof byName;

/** The system of runs that were made before there were others, and name none. */
export const systemOfOldRuns: SystemName = 'ma-avt';

/** What a system says of a clip. */
export type ResultOf<Name extends SystemName> = z.infer<Awaited<ReturnType<(typeof byName)[Name]>>['result']>;

/** All systems, for what is said of them together. */
export async function allSystems(): Promise<readonly System[]> {
  return Promise.all(Object.values(systemLoaders).map((load) => load()));
}

/** @throws DuetError for a name that this Duet does not know. */
export async function systemNamed(name: string): Promise<System> {
  if (Object.hasOwn(systemLoaders, name)) return systemLoaders[name]!();
  throw new DuetError(
    `This Duet does not know the system "${name}" (it knows ${Object.keys(systemLoaders).join(', ')}); use the one that wrote it.`,
  );
}

/** The first system of which that holds, in their order; those behind it are not loaded. */
async function firstSystem<Found>(
  find: (system: System) => Found | undefined | Promise<Found | undefined>,
): Promise<Found | undefined> {
  for (const load of Object.values(systemLoaders)) {
    const found = await find(await load());
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The systems that have reference runs. */
export async function goldenRuns(): Promise<readonly { readonly system: string; readonly golden: Golden }[]> {
  const { referenceRuns } = await import('./vlsa/reference-runs.ts');
  return [...(await allSystems()), { name: 'vlsa', golden: referenceRuns }].flatMap(({ name, golden }) =>
    golden ? [{ system: name, golden }] : [],
  );
}

/** The names of all recipes, those of the first system first. */
export async function recipeNames(): Promise<readonly string[]> {
  return (await allSystems()).flatMap(({ usualRecipe, recipes }) => [
    usualRecipe,
    ...Object.keys(recipes).filter((name) => name !== usualRecipe),
  ]);
}

/** A recipe's settings, and the system that they are of. */
export type ChosenRecipe = { readonly system: System; readonly settings: SystemSettings };

/** A recipe and the system that it belongs to. @throws DuetError for a name that no system has. */
export async function recipeNamed(name?: string): Promise<ChosenRecipe> {
  const chosen = await firstSystem((system) => {
    const settings = recipeOf(system, name ?? system.usualRecipe);
    return settings && { system, settings };
  });
  if (chosen) return chosen;
  throw new DuetError(`There is no recipe "${name}"; choose one of ${(await recipeNames()).join(', ')}.`);
}

function recipeOf({ recipes }: System, name: string): SystemSettings | undefined {
  return Object.hasOwn(recipes, name) ? recipes[name] : undefined;
}

/** An adapter's config of an older format as today's, by the system that wrote it; undefined where none did. */
export async function upgradeAdapter(config: unknown, name: string): Promise<AdapterConfig | undefined> {
  return firstSystem((system) => system.upgradeAdapter?.(config, name));
}
