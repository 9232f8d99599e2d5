// The settings that a schema describes, one by one. A field's `.meta({ flag, help, group })` says how the command line
// calls it, what it is for and under which heading it stands; its type says what it takes. Nothing here knows whose
// settings they are.
import * as z from 'zod';
import type { NumberKind, SettingKind } from './setting-kind.ts';

export type SettingField = {
  /** Keys from the outermost object on, such as ['model', 'tokens', 'audio']. */
  readonly path: readonly string[];
  /**
   * As the command line writes it: '--lr, --learning-rate <rate>', '--no-background'. Without it only programs set it.
   */
  readonly flag: string | undefined;
  /** Its last flag in one word (learningRate, background), as configuration files say it; without a flag, its path. */
  readonly name: string;
  readonly help: string;
  readonly group: string | undefined;
  readonly kind: SettingKind;
};

type Node = z.core.JSONSchema.BaseSchema;
type Values = Readonly<Record<string, unknown>>;

const metaSchema = z.object({ flag: z.string().optional(), help: z.string(), group: z.string().optional() });

/** What `.meta` takes of a field with a flag. A field without one has only help. */
export function settingMeta(group: string): (flag: string, help: string) => z.infer<typeof metaSchema> {
  return (flag, help) => ({ flag, help, group });
}

/**
 * Every field of the schema, in its order.
 * @throws Error for a field without help, or with a flag for what no command line could ask for.
 */
export function settingFields(schema: z.ZodType): readonly SettingField[] {
  return fieldsBelow(z.toJSONSchema(schema, { io: 'input' }), []);
}

function fieldsBelow(node: Node, path: readonly string[]): readonly SettingField[] {
  if (node.type === 'object')
    return Object.entries(node.properties ?? {}).flatMap(([key, child]) => fieldsBelow(child as Node, [...path, key]));
  const where = path.join('.');
  const meta = metaSchema.safeParse(node);
  if (!meta.success) throw new Error(`The setting '${where}' has no help; add .meta({ flag, help, group }).`);
  const { flag, help, group } = meta.data;
  const kind = kindOf(node) ?? { kind: 'other' };
  if (flag !== undefined && kind.kind === 'other')
    throw new Error(`The setting '${where}' has a flag for what nobody types.`);
  return [{ path, flag, name: flag === undefined ? where : flagName(flag), help, group, kind }];
}

/** As commander names it: 'learningRate' of '--lr, --learning-rate <rate>'. */
function flagName(flag: string): string {
  const [last = ''] = flag.match(/--[\w-]+/g)?.slice(-1) ?? [];
  return last.replace(/^--(no-)?/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function kindOf(node: Node): SettingKind | undefined {
  if (node.enum !== undefined) return { kind: 'choice', names: node.enum as (string | number)[] };
  if (node.type === 'boolean') return { kind: 'toggle' };
  if (node.type === 'number' || node.type === 'integer') return numberKind(node);
  if (node.type === 'array') {
    const [first, ...others] = (node.prefixItems ?? []).map((item) => kindOf(item as Node));
    const isPair = others.length === 1 && JSON.stringify(others[0]) === JSON.stringify(first);
    return first?.kind === 'number' && isPair ? { kind: 'pair', of: first } : undefined;
  }
  // Null, where it is allowed, is for programs: on the command line whoever gives nothing leaves it to the recipe.
  const given = node.anyOf?.filter((option) => option.type !== 'null') ?? [];
  return given.length === 1 ? kindOf(given[0]!) : undefined;
}

function numberKind({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Node): NumberKind {
  const isWhole = type === 'integer';
  const [above, below] = [exclusiveMinimum, exclusiveMaximum].map((bound) =>
    typeof bound === 'number' ? bound : undefined,
  );
  return {
    ...{ kind: 'number', isWhole },
    least: isWhole && above !== undefined ? above + 1 : withoutLimit(minimum),
    most: isWhole && below !== undefined ? below - 1 : withoutLimit(maximum),
    ...(!isWhole && { above, below }),
  };
}

/** Zod bounds all whole numbers by what a double holds exactly. */
function withoutLimit(bound: number | undefined): number | undefined {
  return bound === undefined || Math.abs(bound) === Number.MAX_SAFE_INTEGER ? undefined : bound;
}

/** Whether a key of a configuration file means it: by its name, or as one of its flags has it ('lr', 'batch'). */
export function isNamed({ name, flag }: Pick<SettingField, 'name' | 'flag'>, key: string): boolean {
  return name === key || (!key.startsWith('no-') && flag?.split(/[ ,]+/).includes(`--${key}`) === true);
}

/**
 * The values at their fields' places: { audioTokens: 2 } becomes { model: { tokens: { audio: 2 } } }. Keys that no
 * field has stay where they are, for the schema to judge.
 */
export function placed(fields: readonly SettingField[], given: Values): Values {
  return Object.entries(given).reduce<Values>((whole, [key, value]) => {
    const path = fields.find((field) => isNamed(field, key))?.path ?? [key];
    return withChanges(whole, path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value) as Values);
  }, {});
}

/** `changes` over `base`, objects key by key. */
export function withChanges(base: Values, changes: Values): Values {
  const entries = Object.entries(changes).map(([key, value]) => {
    const before = base[key];
    return [key, isObject(before) && isObject(value) ? withChanges(before, value) : value] as const;
  });
  return { ...base, ...Object.fromEntries(entries) };
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
