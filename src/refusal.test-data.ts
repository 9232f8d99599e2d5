// What a call that must be refused says.
import { expect } from 'vitest';
import { DuetError } from './errors.ts';

/** The message of the DuetError that a promise is rejected with; anything else fails the test. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DuetError);
  return (error as DuetError).message;
}
