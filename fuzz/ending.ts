// How the reading of one input ended, and whether it may end so.
import { isDuetError } from '../src/errors.ts';

export type Ending =
  | { readonly kind: 'read' }
  | { readonly kind: 'refused'; readonly sentence: string }
  /** Anything else: a fault of the program. */
  | { readonly kind: 'fault'; readonly what: string };

/** What a terminal obeys. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

export async function endingOf(read: () => Promise<unknown>): Promise<Ending> {
  try {
    await read();
    return { kind: 'read' };
  } catch (error) {
    if (!isDuetError(error))
      return { kind: 'fault', what: error instanceof Error ? (error.stack ?? '') : String(error) };
    if (controls.test(error.message))
      return { kind: 'fault', what: `control characters in: ${JSON.stringify(error.message)}` };
    if (/\n\s+at /.test(error.message)) return { kind: 'fault', what: `a stack in: ${error.message}` };
    return { kind: 'refused', sentence: error.message };
  }
}
