// Whether a request has the operator's token, in a time that says nothing of how much of it was right.
import { createHash, timingSafeEqual } from 'node:crypto';

/** @param header the value of Authorization. */
export function hasToken(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
