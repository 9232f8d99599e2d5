// The version of this package.
import { readFileSync } from 'node:fs';

/** From package.json, which lies two folders up both here and in dist. */
export function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
