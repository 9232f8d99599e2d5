// Which process holds a lock, written so that a process of the same number in another container, or a later one, is not
// taken for it.
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import * as z from 'zod';
import { errorCode } from './file-error.ts';

const ownerSchema = z.object({
  host: z.string(),
  /** Names this start of the system; null where there is no /proc. */
  boot: z.string().nullable(),
  /** The process ids that `pid` is one of: each container has its own. */
  namespace: z.string().nullable(),
  pid: z.int().positive(),
  /** When the process began, in ticks since the system did. */
  started: z.string().nullable(),
});

export type LockOwner = z.infer<typeof ownerSchema>;

export async function thisProcess(): Promise<LockOwner> {
  return {
    host: hostname(),
    boot: await readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
      (text) => text.trim(),
      () => null,
    ),
    namespace: await readlink('/proc/self/ns/pid').catch(() => null),
    pid: process.pid,
    started: (await stateOf(process.pid))?.started ?? null,
  };
}

/** The owner that a lock file's text names; undefined for text that is not whole or not of this kind. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Whether a lock's owner lives; undefined where that cannot be seen: on another machine, in another container. */
export async function isAlive(owner: LockOwner): Promise<boolean | undefined> {
  const here = await thisProcess();
  if (owner.host !== here.host || owner.boot !== here.boot || owner.namespace !== here.namespace) return undefined;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  const state = await stateOf(owner.pid);
  return state && state.started === owner.started && state.isRunning;
}

/** From /proc, see proc_pid_stat(5): a process that has ended and was not waited for is a zombie (Z). */
async function stateOf(pid: number): Promise<{ started: string; isRunning: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field, the program's name in parentheses, may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields?.[0], fields?.[19]];
  return state === undefined || started === undefined ? undefined : { started, isRunning: !/[ZX]/.test(state) };
}
