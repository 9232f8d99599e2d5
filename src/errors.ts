// The one error type that users are meant to read.
import { visibleText } from './visible-text.ts';

/**
 * Something the user can fix: a bad file, option, folder or environment.
 * The message is one sentence that says what is wrong and how to put it right; the command line prints it without a
 * stack.
 */
export class DuetError extends Error {
  override readonly name = 'DuetError';

  /**
   * Whatever the message quotes of a file or a command line, however long, is shown by its beginning and its end, and
   * steers no terminal.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(
      cutTo(
        visibleText(message).replace(/"[^"]*"|\S+/g, (part) => cutTo(part, longestQuotation)),
        longestMessage,
      ),
      options,
    );
  }
}

const longestQuotation = 300;
const longestMessage = 2000;

function cutTo(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most * 0.7)} … ${text.slice(most * -0.25)}`;
}

/** True for errors whose message is written for users. */
export function isDuetError(error: unknown): error is DuetError {
  return error instanceof Error && error.name === 'DuetError';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
