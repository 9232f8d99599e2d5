// Options as tables: each entry is a flag, its help, what values it takes and what holds without it.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SettingField } from '../train/setting-fields.ts';
import { type Field, fieldOf } from './field.ts';

export type Setting<Value> = {
  /** As commander reads it: '--lr <rate>', '-q, --quiet', '--no-background'. */
  readonly flags: string;
  readonly description: string;
  readonly field: Field<NonNullable<Value>>;
  /** What holds when neither flag nor configuration file gives it; undefined leaves it to the library. */
  readonly fallback: Value;
  /** Heading in the help. */
  readonly group?: string;
};

/** Named settings; the names are commander's for the flags ('--warmup-epochs' is warmupEpochs). */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The values that a table of settings yields. */
export type ValuesOf<Table extends Settings> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value> ? Value : never;
};

/** A setting that may stay open. */
export function setting<Value>(flags: string, description: string, field: Field<Value>): Setting<Value | undefined> {
  return { flags, description, field: field as Field<NonNullable<Value>>, fallback: undefined };
}

/** A setting that always has a value. */
export function settingWithDefault<Value>(
  flags: string,
  description: string,
  field: Field<Value>,
  fallback: NoInfer<Value>,
): Setting<Value> {
  return { flags, description, field: field as Field<NonNullable<Value>>, fallback };
}

/** A setting of a schema, which stays open; it has a flag. */
export function settingOfField({ flag = '', help, group, kind }: SettingField): Setting<unknown> {
  const entry = { flags: flag, description: help, field: fieldOf<NonNullable<unknown>>(kind), fallback: undefined };
  return group === undefined ? entry : { ...entry, group: `${group}:` };
}

/** The same settings under a heading of the help. */
export function grouped<Table extends Settings>(group: string, table: Table): Table {
  return Object.fromEntries(
    Object.entries(table).map(([name, entry]) => [name, { ...entry, group }]),
  ) as unknown as Table;
}

/** Puts every setting on the command, in the table's order. */
export function addSettings(command: Command, table: Settings): Command {
  for (const entry of Object.values(table)) command.addOption(commanderOption(entry));
  return command;
}

/** The command's values, typed by its table. Commander has checked them by the time an action runs. */
export function valuesOf<Table extends Settings>(command: Command, table: Table): ValuesOf<Table> {
  const given = command.opts();
  return Object.fromEntries(
    Object.entries(table).map(([name, entry]) => [name, given[name] ?? entry.fallback]),
  ) as ValuesOf<Table>;
}

/** Those of the named values that the command line or a configuration file gave. */
export function givenOf(command: Command, names: readonly string[]): Readonly<Record<string, unknown>> {
  const given = names.filter((name) => ['cli', 'config'].includes(command.getOptionValueSource(name) ?? ''));
  return Object.fromEntries(given.map((name) => [name, command.getOptionValue(name)]));
}

function commanderOption({ flags, description, field, fallback, group }: Setting<unknown>): Option {
  const option = new Option(flags, description);
  if (field.choices !== undefined) option.choices(field.choices);
  if (option.required || option.optional)
    option.argParser((text, before: unknown) => {
      const value = readFlag(field, text);
      // A flag whose value is a list may be given several times.
      return Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value;
    });
  // Without it commander would write "(default: false)" behind every toggle; valuesOf fills those in.
  if (fallback !== undefined && typeof fallback !== 'boolean' && !Array.isArray(fallback)) option.default(fallback);
  if (group !== undefined) option.helpGroup(group);
  return option;
}

function readFlag(field: Field<unknown>, text: string): unknown {
  const value = field.accept(field.fromText(text));
  if (value === undefined) throw new InvalidArgumentError(`Expected ${field.expected}.`);
  return value;
}
