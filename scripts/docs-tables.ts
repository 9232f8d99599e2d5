// What the docs have from the sources, printed between two markers of a page: tables of settings and recipes from the
// systems' schemas, `<!-- settings of SYSTEM: RECIPES -->` or `<!-- changes of SYSTEM: RECIPE -->`, to
// `<!-- end of table -->`; whole files, `<!-- code of PATH -->`, to `<!-- end of code -->`. Paths are from the
// project's root, where this runs.
import { readFileSync } from 'node:fs';
import { allSystems } from '../src/systems/registry.ts';
import type { System } from '../src/systems/system.ts';
import { type SettingField, settingFields } from '../src/train/setting-fields.ts';
import { expectedText } from '../src/train/setting-kind.ts';

const tables = /(<!-- (settings|changes) of ([\w-]+): ([\w, -]+?) -->\n)[\s\S]*?(<!-- end of table -->)/g;

const files = /(<!-- code of ([\w./-]+) -->\n)[\s\S]*?(<!-- end of code -->)/g;

const systems = await allSystems();

/**
 * The page with every table as it follows from the schemas now, and every file as it is. @throws Error for a system or
 * recipe that is none.
 */
export function withTables(page: string): string {
  const withFiles = page.replace(files, (_, start: string, path: string, end: string) => {
    const code = readFileSync(path, 'utf8');
    return `${start}\n\`\`\`ts\n${code}\`\`\`\n\n${end}`;
  });
  return withFiles.replace(tables, (_, start: string, what: string, name: string, recipes: string, end: string) => {
    const system = systems.find((one) => one.name === name);
    if (system === undefined) throw new Error(`There is no system ${name} to print a table of.`);
    const names = recipes.split(', ');
    const unknown = names.find((recipe) => !Object.hasOwn(system.recipes, recipe));
    if (unknown !== undefined) throw new Error(`${name} has no recipe ${unknown} to print a table of.`);
    const lines = what === 'settings' ? settingsTable(system, names) : changesTable(system, names[0]!);
    return `${start}\n${lines.join('\n')}\n\n${end}`;
  });
}

/** Every setting, what it takes, and its value in some recipes. */
function settingsTable(system: System, names: readonly string[]): string[] {
  const rows = fieldsOf(system).map((field) => [
    ...[code(field.path.join('.')), field.flag === undefined ? '' : code(firstFlag(field.flag)), field.help],
    expectedText(field.kind).replace('one of ', ''),
    ...names.map((name) => shown(valueAt(system.recipes[name], field))),
  ]);
  return table(['setting', 'flag', 'what', 'takes', ...names.map(code)], rows);
}

/** The settings in which a recipe differs from one of them, the base; where it does not, its cell is empty. */
function changesTable(system: System, base: string): string[] {
  const others = Object.keys(system.recipes).filter((name) => name !== base);
  const rows = fieldsOf(system).map((field) => {
    const before = shown(valueAt(system.recipes[base], field));
    const changed = others.map((name) => shown(valueAt(system.recipes[name], field)));
    return [code(field.path.join('.')), before, ...changed.map((value) => (value === before ? '' : value))];
  });
  const differing = rows.filter(([, , ...changed]) => changed.some((value) => value !== ''));
  return table(['setting', ...[base, ...others].map(code)], differing);
}

/** But for the recipe's own name. */
function fieldsOf(system: System): readonly SettingField[] {
  return settingFields(system.settings).filter(({ path }) => path.join('.') !== 'recipe');
}

function valueAt(settings: unknown, { path }: SettingField): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>>)[key], settings);
}

function firstFlag(flag: string): string {
  return flag.split(/[ ,]/)[0]!;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(typeof value[0] === 'number' ? ' to ' : ', ');
  return typeof value === 'number' && value !== 0 && Math.abs(value) < 0.01 ? value.toExponential() : String(value);
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
