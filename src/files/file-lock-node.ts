// One process at a time, by a file: the others wait or are refused, and a lock whose owner died is taken over.
import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { errorCode, writeError } from './file-error.ts';
import { isAlive, type LockOwner, parseOwner, thisProcess } from './lock-owner-node.ts';

export type LockTiming = {
  /** How often the owner shows that it lives, in milliseconds. */
  readonly heartbeat: number;
  /** How long an owner that cannot be seen from here is given for a sign of life, in milliseconds. */
  readonly patience: number;
};

const usualTiming: LockTiming = { heartbeat: 1000, patience: 15_000 };

export type LockOptions = {
  /** Ends waiting. */
  readonly signal?: AbortSignal | undefined;
  /** The error where a living owner holds the lock; without it, the owner is waited for. */
  readonly refuse?: (owner: LockOwner | undefined) => Error;
  readonly timing?: LockTiming;
};

/**
 * Runs `action` while holding the lock file `path`. Rejects as the action does, with `refuse`, or with the signal's
 * reason while waiting.
 */
export async function withFileLock<Result>(
  path: string,
  action: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  const mine = JSON.stringify({ ...(await thisProcess()), token: randomUUID() });
  await takeInTurn(path, mine, options);
  const stopHeartbeat = startHeartbeat(path, options.timing ?? usualTiming);
  try {
    return await action();
  } finally {
    await stopHeartbeat();
    if ((await readFile(path, 'utf8').catch(() => '')) === mine) await rm(path, { force: true });
  }
}

async function takeInTurn(
  path: string,
  mine: string,
  { signal, refuse, timing: { heartbeat, patience } = usualTiming }: LockOptions,
): Promise<void> {
  let seen: string | undefined;
  let seenSince = 0;
  while (!(await take(path, mine))) {
    signal?.throwIfAborted();
    const lock = await look(path);
    if (!lock) continue;
    const owner = parseOwner(lock.text);
    const alive = owner && (await isAlive(owner));
    const sign = `${lock.text} ${lock.changed}`;
    if (refuse && (alive || (seen !== undefined && seen !== sign))) throw refuse(owner);
    if (seen !== sign) {
      seen = sign;
      seenSince = performance.now();
    }
    const isStale = alive === false || (alive === undefined && performance.now() - seenSince > patience);
    if (isStale) await removeStale(path, lock.text);
    else await wait(Math.min(100, heartbeat));
  }
}

async function take(path: string, mine: string): Promise<boolean> {
  try {
    await writeFile(path, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw writeError(path, error);
  }
}

/** What a lock says and when it last changed. Opening it makes network file systems ask for its present state. */
async function look(path: string): Promise<{ readonly text: string; readonly changed: number } | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return undefined;
  try {
    return { text: await file.readFile('utf8'), changed: (await file.stat()).mtimeMs };
  } finally {
    await file.close();
  }
}

/** Removes a lock if it is still the one that was found stale: another process may have taken it over meanwhile. */
async function removeStale(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== text) await link(aside, path);
  } catch {
    // It was taken over; the next look shows by whom.
  }
  await rm(aside, { force: true });
}

/** Changes the lock's time now and then: in a thread, as a long step of training blocks this one. */
function startHeartbeat(path: string, { heartbeat }: LockTiming): () => Promise<unknown> {
  const worker = new Worker(beating, { eval: true, execArgv: [], workerData: { path, heartbeat } });
  worker.unref();
  // Without a thread the lock holds for everybody who can see this process.
  worker.on('error', () => undefined);
  return () => worker.terminate();
}

const beating = `
const { utimes } = require('node:fs');
const { path, heartbeat } = require('node:worker_threads').workerData;
setInterval(() => utimes(path, new Date(), new Date(), () => undefined), heartbeat);
`;
