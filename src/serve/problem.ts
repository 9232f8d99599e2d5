// What goes wrong with a request, as a status and one sentence.
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { isDuetError } from '../errors.ts';

export type Problem = { readonly status: number; readonly message: string };

/** To be thrown. `retryAfter` in seconds. */
export function problem(status: ContentfulStatusCode, message: string, retryAfter?: number): HTTPException {
  const headers = retryAfter === undefined ? undefined : { 'Retry-After': String(retryAfter) };
  return new HTTPException(status, {
    message,
    res: Response.json({ error: message }, { status, ...(headers && { headers }) }),
  });
}

/** The status and the sentence of anything thrown; undefined for a fault of the program. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof HTTPException) return { status: error.status, message: error.message };
  if (isDuetError(error)) return { status: 422, message: error.message };
  return undefined;
}
