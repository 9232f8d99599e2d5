// The kinds of value an option takes. One definition serves the flag's text and the configuration file, and words the
// complaint.
import { expectedText, isOfKind, type Range, type SettingKind, valueOfText } from '../train/setting-kind.ts';

export type Field<Value> = {
  /** Completes "expected ...". */
  readonly expected: string;
  /** The value if it is one, else undefined. Strict: a configuration file's "3" is no number. */
  readonly accept: (value: unknown) => Value | undefined;
  /** What a flag's text stands for, before it is checked. */
  readonly fromText: (text: string) => unknown;
  /** For help and suggestions. */
  readonly choices?: readonly string[];
};

/** The field of a kind; `Value` is what values of that kind are. */
export function fieldOf<Value>(kind: SettingKind): Field<Value> {
  return {
    expected: expectedText(kind),
    accept: (value) => (isOfKind(kind, value) ? (value as Value) : undefined),
    fromText: (text) => valueOfText(kind, text),
    ...(kind.kind === 'choice' && { choices: kind.names.map(String) }),
  };
}

export function wholeNumber(range: Range = {}): Field<number> {
  return fieldOf({ kind: 'number', isWhole: true, ...range });
}

export function decimal(range: Range = {}): Field<number> {
  return fieldOf({ kind: 'number', isWhole: false, ...range });
}

/** Whole numbers from 0 on, on the command line with commas between them. */
export const wholeNumbers: Field<readonly number[]> = {
  expected: 'whole numbers such as 0,1,2',
  accept: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((item) => Number.isSafeInteger(item) && item >= 0)
      ? value
      : undefined,
  fromText: (text) => text.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : part)),
};

/** A share or probability, 0 and 1 included. */
export const fraction = decimal({ least: 0, most: 1 });

export function choice<const Name extends string>(names: readonly Name[]): Field<Name> {
  return fieldOf({ kind: 'choice', names });
}

/** A picture's size in pixels. */
export type Size = { readonly width: number; readonly height: number };

/** `224`, `224x160` (width x height), or in a configuration file also a number or `{ width, height }`. */
export const size: Field<Size> = {
  expected: 'a size such as 224 or 224x160 (width x height, 16 to 4096)',
  accept(value) {
    if (typeof value === 'number') return acceptSize(value, value);
    if (typeof value === 'string') {
      const parts = /^(\d+)(?:\s*[x×]\s*(\d+))?$/i.exec(value.trim());
      return parts === null ? undefined : acceptSize(Number(parts[1]), Number(parts[2] ?? parts[1]));
    }
    const given = value as Partial<Size> | null;
    return typeof given === 'object' && given !== null ? acceptSize(given.width, given.height) : undefined;
  },
  fromText: (text) => text,
};

export const text: Field<string> = {
  expected: 'some text',
  accept: (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined),
  fromText: (given) => given,
};

export const path: Field<string> = { ...text, expected: 'a path' };

/** Texts, one each time the flag is given. What a text must be is said where it is read. */
export const texts: Field<readonly string[]> = {
  expected: 'a text, or several',
  accept: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string') ? value : undefined,
  fromText: (given) => [given],
};

export const paths: Field<readonly string[]> = { ...texts, expected: path.expected };

/** On or off: the flag takes no value. */
export const toggle: Field<boolean> = fieldOf({ kind: 'toggle' });

function acceptSize(width: unknown, height: unknown): Size | undefined {
  const side = wholeNumber({ least: 16, most: 4096 });
  const [across, down] = [side.accept(width), side.accept(height)];
  return across === undefined || down === undefined ? undefined : { width: across, height: down };
}
