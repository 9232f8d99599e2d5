// All systems. Outside of their folders this is the only place that names one.
import { DuetError } from '../errors.ts';
import { avSepChainSystem } from './av-sep-chain/system.ts';
import { authenticSystem } from './avff/light/system.ts';
import { avffSystem } from './avff/system.ts';
import { maAvtSystem } from './ma-avt/system.ts';
import type { System } from './system.ts';

export const systems: readonly System[] = [maAvtSystem, avSepChainSystem, avffSystem, authenticSystem];

/** The system that a recipe belongs to. @throws DuetError for a recipe that no system has. */
export function systemOfRecipe(recipe: string): System {
  const system = systems.find(({ recipes }) => Object.hasOwn(recipes, recipe));
  if (system) return system;
  const known = systems.flatMap(({ recipes }) => Object.keys(recipes));
  throw new DuetError(`There is no recipe "${recipe}"; choose one of ${known.join(', ')}.`);
}
