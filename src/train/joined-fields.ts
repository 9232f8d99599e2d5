// The settings of several systems as those of one command: each name once, taking what any of them takes. What a chosen
// system takes of it is checked when it is chosen.
import { DuetError } from '../errors.ts';
import type { SettingField } from './setting-fields.ts';
import { expectedText, isOfKind, type NumberKind, type SettingKind } from './setting-kind.ts';

/**
 * Those with a flag, in the order of the first system that has each name, with its help.
 * @throws Error where two write one name's flag differently, or mean different kinds of value by it.
 */
export function joinedFields(systems: readonly (readonly SettingField[])[]): readonly SettingField[] {
  const joined = new Map<string, SettingField>();
  for (const field of systems.flat().filter(({ flag }) => flag !== undefined)) {
    const before = joined.get(field.name);
    joined.set(field.name, before === undefined ? field : { ...before, kind: joinedKind(before, field) });
  }
  return [...joined.values()];
}

function joinedKind({ name, flag, kind: a }: SettingField, { flag: otherFlag, kind: b }: SettingField): SettingKind {
  if (flag === otherFlag) {
    if (a.kind === 'toggle' && b.kind === 'toggle') return a;
    if (a.kind === 'choice' && b.kind === 'choice') return { ...a, names: [...new Set([...a.names, ...b.names])] };
    if (a.kind === 'number' && b.kind === 'number') return joinedNumber(a, b);
    if (a.kind === 'pair' && b.kind === 'pair') return { ...a, of: joinedNumber(a.of, b.of) };
  }
  throw new Error(`Two systems mean different settings by '${name}' (${flag} and ${otherFlag}); rename one.`);
}

function joinedNumber(a: NumberKind, b: NumberKind): NumberKind {
  const lower = looser(a.least, a.above, b.least, b.above, Math.min);
  const upper = looser(a.most, a.below, b.most, b.below, Math.max);
  return {
    ...{ kind: 'number', isWhole: a.isWhole && b.isWhole },
    ...{ least: lower.closed, above: lower.open, most: upper.closed, below: upper.open },
  };
}

type Bound = number | undefined;

/** Of two bounds, each closed, open or none. */
function looser(closed: Bound, open: Bound, otherClosed: Bound, otherOpen: Bound, pick: typeof Math.min) {
  const [one, other] = [closed ?? open, otherClosed ?? otherOpen];
  if (one === undefined || other === undefined) return { closed: undefined, open: undefined };
  const bound = pick(one, other);
  const isClosed = closed === bound || otherClosed === bound;
  return isClosed ? { closed: bound, open: undefined } : { closed: undefined, open: bound };
}

/** @throws DuetError for a name or a value that the fields do not have, of settings that the joined ones took. */
export function checkGiven(
  fields: readonly SettingField[],
  given: Readonly<Record<string, unknown>>,
  recipe: string,
): void {
  for (const [name, value] of Object.entries(given)) {
    const field = fields.find((one) => one.name === name);
    if (field === undefined)
      throw new DuetError(`"${name}" is no setting of the recipe ${recipe}; leave it out, or choose another recipe.`);
    if (!isOfKind(field.kind, value))
      throw new DuetError(
        `"${name}" is ${JSON.stringify(value)}, but must be ${expectedText(field.kind)} with the recipe ${recipe}.`,
      );
  }
}
