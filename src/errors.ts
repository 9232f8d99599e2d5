// The one error type that users are meant to read.

/**
 * Something the user can mend: a bad file, option, folder or environment.
 * The message is one sentence that says what is wrong and how to put it right; the command line prints it without a
 * stack.
 */
export class DuetError extends Error {
  override readonly name = 'DuetError';
}

/** True for errors whose message is written for users. */
export function isDuetError(error: unknown): error is DuetError {
  return error instanceof Error && error.name === 'DuetError';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
