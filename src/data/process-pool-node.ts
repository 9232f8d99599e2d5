// Work in processes of its own: what brings a process down, or hangs, costs one order and not the run. Only plain data
// crosses over.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { DuetError } from '../errors.ts';
import type { ProcessAnswer } from './answer-orders-node.ts';

export type ProcessPool<Order, Outcome> = {
  /** Throws what the process threw, or the signal's reason; the process of an order that is aborted is stopped. */
  run(order: Order, signal?: AbortSignal): Promise<Outcome>;
  close(): void;
};

export type ProcessPoolOptions<Outcome> = {
  /** A compiled module that calls answerOrders. */
  readonly script: URL;
  /** Handed to every process as JSON. */
  readonly argument?: unknown;
  /** Orders and outcomes may hold typed arrays. */
  readonly hasArrays?: boolean;
  readonly processes: number;
  /** How long a process may take for one order before it is stopped. */
  readonly patienceMs: number;
  /** Memory that a process may hold before it is stopped, where the system says how much it does (Linux). */
  readonly memoryBytes?: number | undefined;
  /** Default: the program's own. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** The outcome of an order at which its process ended; `how` is a signal or an exit code. */
  readonly crashed: (how: string) => Outcome;
};

/** Even a film's windows are found faster; a decoder that takes longer hangs. */
export const defaultPatienceMs = 5 * 60 * 1000;

/** Processes start when there is work, and again after a crash. An idle pool does not keep the program alive. */
export function openProcessPool<Order, Outcome>(options: ProcessPoolOptions<Outcome>): ProcessPool<Order, Outcome> {
  const workers = Array.from({ length: options.processes }, () => startWorker<Order, Outcome>(options));
  const leastBusy = () => workers.reduce((least, worker) => (worker.pending() < least.pending() ? worker : least));
  const stop = () => {
    for (const worker of workers) worker.close();
  };
  // A process that is blocked does not notice that its parent has gone.
  process.on('exit', stop);
  return {
    run: (order, signal) => leastBusy().run(order, signal),
    close() {
      process.off('exit', stop);
      stop();
    },
  };
}

type Job<Order, Outcome> = { readonly order: Order; resolve(outcome: Outcome): void; reject(error: Error): void };
type Worker<Order, Outcome> = ProcessPool<Order, Outcome> & { pending(): number };

function startWorker<Order, Outcome>({
  script,
  argument,
  hasArrays = false,
  patienceMs,
  memoryBytes,
  environment = process.env,
  crashed,
}: ProcessPoolOptions<Outcome>): Worker<Order, Outcome> {
  const jobs: Job<Order, Outcome>[] = [];
  let child: ChildProcess | undefined;
  let watchdog: NodeJS.Timeout | undefined;
  let memoryWatch: NodeJS.Timeout | undefined;
  let isClosed = false;

  function start(): ChildProcess {
    const started = fork(script, [JSON.stringify(argument ?? null)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Not the parent's own: a debugger's port cannot be shared.
      execArgv: [],
      env: environment,
      serialization: hasArrays ? 'advanced' : 'json',
    });
    let isReady = false;
    let said = '';
    let why: string | undefined;
    if (memoryBytes !== undefined) {
      clearInterval(memoryWatch);
      memoryWatch = setInterval(() => {
        if (residentBytes(started.pid) <= memoryBytes) return;
        why = `more than ${Math.round(memoryBytes / 2 ** 20)} MiB of memory`;
        started.kill('SIGKILL');
      }, memoryWatchMs);
      memoryWatch.unref();
    }
    started.stderr?.on('data', (data) => {
      said = `${said}${data}`.slice(-2000);
    });
    (started.stderr as Socket | null)?.unref();
    started.on('message', (answer: ProcessAnswer<Outcome>) => {
      // Sent before the pool was closed: nobody waits for it, and a watchdog would keep the program alive.
      if (child !== started) return;
      if ('alive' in answer) return watch();
      if (!('ready' in answer)) return settle(answer);
      isReady = true;
      watch();
    });
    started.on('exit', (code, signal) => ended(code, signal));
    // An order that is sent to a process as it dies is an error here, and its exit follows; without a pid none does.
    started.on('error', (error) => {
      if (started.pid === undefined) ended(error.message, null);
    });
    function ended(code: number | string | null, signal: NodeJS.Signals | null): void {
      if (child !== started) return;
      child = undefined;
      clearInterval(memoryWatch);
      const how = why ?? signal ?? (typeof code === 'string' ? code : `exit code ${code}`);
      if (isReady || (signal && why === undefined)) settle({ outcome: crashed(how) });
      else settle({ failure: { message: `A process of its own cannot start (${how}): ${said}`, isClear: false } });
    }
    return started;
  }

  function settle(answer: Exclude<ProcessAnswer<Outcome>, { ready: true } | { alive: true }>): void {
    const job = jobs.shift();
    if (job) {
      if ('outcome' in answer) job.resolve(answer.outcome);
      else
        job.reject(answer.failure.isClear ? new DuetError(answer.failure.message) : new Error(answer.failure.message));
    }
    next();
  }

  function next(): void {
    clearTimeout(watchdog);
    const job = jobs[0];
    if (!job || isClosed) {
      child?.unref();
      child?.channel?.unref();
      return;
    }
    child ??= start();
    child.ref();
    child.channel?.ref();
    child.send(job.order as object);
    watch();
  }

  /** Patience begins again with each order, and once more when a process has started. */
  function watch(): void {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => child?.kill('SIGKILL'), patienceMs);
  }

  return {
    pending: () => jobs.length,
    run: (order, signal) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(closed());
        if (signal?.aborted) return reject(signal.reason);
        const abort = () => {
          reject(signal!.reason);
          if (jobs[0] === job) child?.kill('SIGKILL');
          else jobs.splice(jobs.indexOf(job), 1);
        };
        const ended =
          <Value>(end: (value: Value) => void) =>
          (value: Value) => {
            signal?.removeEventListener('abort', abort);
            end(value);
          };
        const job = { order, resolve: ended(resolve), reject: ended(reject) };
        signal?.addEventListener('abort', abort);
        jobs.push(job);
        if (jobs.length === 1) next();
      }),
    close() {
      isClosed = true;
      clearTimeout(watchdog);
      clearInterval(memoryWatch);
      for (const job of jobs.splice(0)) job.reject(closed());
      const running = child;
      child = undefined;
      running?.kill('SIGKILL');
    },
  };
}

const memoryWatchMs = 200;

/** See proc_pid_statm(5): the second number counts pages that are in memory. 0 where there is no /proc. */
function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * pageBytes;
  } catch {
    return 0;
  }
}

/** Where pages are larger, a process may hold more than it is allowed, and never less. */
const pageBytes = 4096;

/** What a job ends with that a closed pool never did. */
export const poolClosed = 'Decoding was stopped because the feed of batches was closed; open a new one.';

function closed(): DuetError {
  return new DuetError(poolClosed);
}
