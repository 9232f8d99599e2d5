// What is wrong with a file or an options object, in one sentence instead of a schema library's list.

import { z } from 'zod';
import { DuetError } from '../errors.ts';

/** The value as the schema gives it, or a DuetError about the first thing wrong; `what` begins that sentence. */
export function checkSchema<Output>(schema: z.ZodType<Output>, value: unknown, what: string): Output {
  // What is checked once is checked before its schema would be compiled.
  const result = schema.safeParse(value, { jitless: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys[0] as string;
    const meant = nearest(unknown, keysAt(schema, issue.path));
    const place = issue.path.length > 0 ? ` in '${issue.path.join('.')}'` : '';
    throw new DuetError(
      `${what} has the unknown key '${unknown}'${place}; ${meant ? `did you mean '${meant}'?` : 'remove it.'}`,
    );
  }
  const place = issue.path.length > 0 ? `: '${issue.path.join('.')}'` : '';
  const missing = issue.path.length > 0 && isMissing(value, issue.path);
  throw new DuetError(
    `${what} is not as expected${place}${missing ? ' is missing' : `, ${lowerFirst(issue.message)}`}; fix it.`,
  );
}

function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return true;
    inner = (inner as Record<PropertyKey, unknown>)[key];
  }
  return false;
}

function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  let inner: z.core.$ZodType | undefined = schema;
  for (const key of path)
    inner = unwrapped(inner) instanceof z.ZodObject ? (unwrapped(inner) as z.ZodObject).shape[String(key)] : undefined;
  const object = unwrapped(inner);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function unwrapped(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly ? unwrapped(schema.unwrap()) : schema;
}

/** The name that a misspelt one most likely stands for: at most two in five of its letters wrong. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const [best] = names.map((name) => ({ name, edits: editDistance(word, name) })).sort((a, b) => a.edits - b.edits);
  return best && best.edits <= Math.max(1, 0.4 * word.length) ? best.name : undefined;
}

/** Levenshtein's: insertions, deletions and substitutions. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const substituted = row[column - 1]! + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[column]! + 1, next[column - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
