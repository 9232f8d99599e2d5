// Where Duet keeps what it can make again.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$DUET_CACHE`, else `$XDG_CACHE_HOME/duet`, else `~/.cache/duet`. */
export function cacheHome(environment: NodeJS.ProcessEnv = process.env): string {
  const { DUET_CACHE, XDG_CACHE_HOME } = environment;
  return DUET_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'duet');
}
