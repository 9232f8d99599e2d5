// Clips read in processes of their own, several at a time: a damaged, endless or hostile file costs its own clip, and
// neither the others nor the program.

import type { Window } from '../data/intake.ts';
import type { MediaDescription } from '../data/media-orders.ts';
import { openProcessPool, type ProcessPool } from '../data/process-pool-node.ts';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { type MediaReference, referencePaths } from '../media/media.ts';
import { isCompiled } from '../threads/is-compiled.ts';
import { type WindowAnswer, type WindowArgument, type WindowOrder, windowSource } from './window-source-node.ts';

export type ReadClip = {
  readonly description: MediaDescription;
  /** In order, one read ahead. Ends early where nobody asks on. */
  readonly windows: AsyncGenerator<Window>;
};

type ClipOptions = {
  /** Which of the adapters reads it. */
  readonly adapter: number;
  readonly hop?: number | undefined;
  /** Stops the reading, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

/** Reads one clip at a time. Release it when done. */
export type WindowReader = {
  /** @throws DuetError for clips that cannot be read. */
  open(reference: MediaReference, options: Omit<ClipOptions, 'signal'>): Promise<ReadClip>;
  release(): void;
};

export type WindowReadersOptions = WindowArgument & {
  readonly processes: number;
  /** How long a process may give no sign of life. Default: a minute. */
  readonly patienceMs?: number | undefined;
  /** Memory that a process may hold, where the system says how much it does (Linux). Default: any. */
  readonly memoryBytes?: number | undefined;
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Called when a process was stopped or ended by itself. */
  readonly onCrash?: ((how: string) => void) | undefined;
};

export type WindowReaders = {
  /** Resolves when every process can read clips of every adapter. @throws DuetError where one cannot start. */
  ready(): Promise<void>;
  /** A reader that nobody else has, as soon as there is one. @param signal stops the wait, and what it reads. */
  take(signal?: AbortSignal): Promise<WindowReader>;
  /** How many have a clip. */
  busy(): number;
  close(): void;
};

const usualPatienceMs = 60_000;
/** A process that is told to stop gets so long to end its window; starting another takes longer. */
const graceMs = 1000;

type Outcome = WindowAnswer | { readonly crashed: string };
type Ask = (order: WindowOrder, signal?: AbortSignal) => Promise<Outcome>;

/**
 * Processes that start at once; one that crashes starts again with the next clip. From TypeScript sources, clips are
 * read in the caller's thread. Close it when done.
 */
export function openWindowReaders(options: WindowReadersOptions): WindowReaders {
  const pools: Pick<ProcessPool<WindowOrder, Outcome>, 'run' | 'close'>[] = Array.from(
    { length: options.processes },
    () => openOne(options),
  );
  const free = pools.map(({ run }) => run);
  const waiting: ((ask: Ask) => void)[] = [];

  const takeOne = (signal: AbortSignal | undefined) =>
    new Promise<Ask>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const ask = free.pop();
      if (ask) return resolve(ask);
      const leave = () => {
        waiting.splice(waiting.indexOf(mine), 1);
        reject(signal!.reason);
      };
      const mine = (given: Ask) => {
        signal?.removeEventListener('abort', leave);
        resolve(given);
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.push(mine);
    });
  const giveBack = (ask: Ask) => {
    const next = waiting.shift();
    if (next) next(ask);
    else free.push(ask);
  };

  return {
    async ready() {
      for (const outcome of await Promise.all(pools.map(({ run }) => run({ ask: 'start' }))))
        if ('crashed' in outcome)
          throw new DuetError(
            `A process that reads clips cannot start (${outcome.crashed}); look at the memory limits.`,
          );
    },
    async take(signal) {
      const ask = await takeOne(signal);
      // Whoever had it is gone before what they had asked for is done.
      let last: Promise<unknown> = Promise.resolve();
      const late = signal && afterGrace(signal);
      const asked: Ask = (order) => {
        const outcome = ask(order, late);
        last = outcome.catch(() => undefined);
        return signal ? unlessAborted(outcome, signal) : outcome;
      };
      return {
        open: (reference, clip) => openClip(asked, reference, { ...clip, signal }),
        release() {
          last
            .then(() => ask({ ask: 'close' }))
            .catch(() => undefined)
            .finally(() => giveBack(ask));
        },
      };
    },
    busy: () => pools.length - free.length,
    close() {
      for (const pool of pools) pool.close();
    },
  };
}

function openOne(options: WindowReadersOptions): Pick<ProcessPool<WindowOrder, Outcome>, 'run' | 'close'> {
  const { adapters, session, patienceMs = usualPatienceMs, memoryBytes, environment, onCrash } = options;
  const argument: WindowArgument = { adapters, session };
  if (!isCompiled) return { run: windowSource(argument), close: () => undefined };
  const pool = openProcessPool<WindowOrder, Outcome>({
    script: new URL('./window-process-node.js', import.meta.url),
    ...{ argument, hasArrays: true, processes: 1, patienceMs, memoryBytes, environment },
    crashed(how) {
      onCrash?.(how);
      return { crashed: how };
    },
  });
  // Whoever reads the first clip hears why a process cannot start.
  pool.run({ ask: 'start' }).catch(() => undefined);
  return pool;
}

async function openClip(ask: Ask, reference: MediaReference, { adapter, hop, signal }: ClipOptions): Promise<ReadClip> {
  const paths = referencePaths(reference).join(' or ');
  const answer = async (order: WindowOrder) => {
    const outcome = await ask(order).catch((error) => {
      if (signal?.aborted || isDuetError(error)) throw error;
      const [cause] = messageOf(error).split('\n');
      throw new DuetError(`${paths} cannot be read (${cause}); replace the file or leave it out.`);
    });
    if (!('crashed' in outcome)) return outcome;
    throw new DuetError(
      `${paths} blocks or crashes its decoder (${outcome.crashed}); replace the file or leave it out.`,
    );
  };
  const opened = await answer({ ask: 'open', adapter, reference, ...(hop !== undefined && { hop }) });
  const { description } = opened as Extract<WindowAnswer, { description: unknown }>;
  const next = () => {
    const asked = answer({ ask: 'next' });
    // Nobody may be left to hear that the one ahead failed.
    asked.catch(() => undefined);
    return asked;
  };
  async function* windows(): AsyncGenerator<Window> {
    let ahead = next();
    for (;;) {
      const found = await ahead;
      if (!('window' in found)) return;
      ahead = next();
      yield found.window;
    }
  }
  return { description, windows: windows() };
}

function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** A signal that is aborted a little after another. */
function afterGrace(signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  const abort = () => void setTimeout(() => late.abort(signal.reason), graceMs).unref();
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return late.signal;
}
