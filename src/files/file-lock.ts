// One process at a time, told by a file: the others wait, and a lock whose owner died is taken over.

import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { errorCode, writeError } from './file-error.ts';

export type LockTiming = {
  /** How often the owner shows that it lives, in milliseconds. */
  readonly heartbeat: number;
  /**
   * How long a lock without a sign of life is respected, in milliseconds: for owners in other containers or on other
   * machines.
   */
  readonly patience: number;
};

const usualTiming: LockTiming = { heartbeat: 1000, patience: 15_000 };

/**
 * Runs `action` while holding the lock file `path`. Rejects as the action does, or with the signal's reason while
 * waiting.
 */
export async function withFileLock<Result>(
  path: string,
  action: () => Promise<Result>,
  signal?: AbortSignal,
  timing: LockTiming = usualTiming,
): Promise<Result> {
  let seen: number | undefined;
  let seenSince = 0;
  while (!(await take(path))) {
    signal?.throwIfAborted();
    const changed = await lastChange(path);
    if (changed !== seen) {
      seen = changed;
      seenSince = performance.now();
    }
    if (changed !== undefined && ((await isOwnerDead(path)) || performance.now() - seenSince > timing.patience))
      await rm(path, { force: true });
    else await wait(Math.min(100, timing.heartbeat));
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, timing.heartbeat);
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw writeError(path, error);
  }
}

async function lastChange(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

async function isOwnerDead(path: string): Promise<boolean> {
  const owner = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!Number.isInteger(owner) || owner <= 0) return false;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}
