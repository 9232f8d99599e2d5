// Decoding in processes of their own: the native decoder cannot live in two threads of one process,
// and a file that brings a decoder down must not bring the run down.
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { DuetError } from '../errors.ts';
import type { MediaReference } from '../media/media.ts';
import { type FeatureCache, type OpenReference, openFeatureCache } from './feature-cache-node.ts';
import type { ClipOutcome, FeatureIndexOptions } from './feature-index-node.ts';
import { isCompiled } from './is-compiled.ts';

export type DecoderOrder = { readonly clip: MediaReference; readonly key?: string };
export type DecoderAnswer =
  | { readonly ready: true }
  | { readonly outcome: ClipOutcome }
  | { readonly failure: { readonly message: string; readonly isClear: boolean } };

export type DecoderPool = FeatureCache & {
  /** How many clips are decoded at once. */
  readonly processes: number;
  close(): void;
};

/** Even a film's windows are found faster; a decoder that takes longer hangs. */
const defaultPatienceMs = 5 * 60 * 1000;

/**
 * A pool of `processes`; with 0, with a decoder of the caller's own, and from TypeScript sources it decodes in the caller's thread.
 * A clip at which a decoder crashes or hangs is a clip that cannot be used. An idle pool does not keep the process alive.
 */
export async function openDecoderPool(
  options: FeatureIndexOptions,
  processes: number,
  openReference?: OpenReference,
  patienceMs = defaultPatienceMs,
): Promise<DecoderPool> {
  if (openReference || processes === 0 || !isCompiled) {
    const decoder = openReference ?? (await import('../media/open-reference-node.ts')).openReference;
    return { ...openFeatureCache({ ...options, openReference: decoder }), processes: 1, close: () => undefined };
  }
  const decoders = Array.from({ length: processes }, () => startDecoder(options, patienceMs));
  const leastBusy = () => decoders.reduce((least, decoder) => (decoder.pending() < least.pending() ? decoder : least));
  return {
    processes,
    ensure: (clip) => leastBusy().order({ clip }),
    async remake(key, clip) {
      const outcome = await leastBusy().order({ clip, key });
      if (outcome.key === undefined) throw new DuetError(outcome.reason);
    },
    close() {
      for (const decoder of decoders) decoder.close();
    },
  };
}

type Job = { readonly order: DecoderOrder; resolve(outcome: ClipOutcome): void; reject(error: Error): void };
type Decoder = { pending(): number; order(order: DecoderOrder): Promise<ClipOutcome>; close(): void };

/** A process that is started when there is work, and started again after a crash. */
function startDecoder(options: FeatureIndexOptions, patienceMs: number): Decoder {
  const jobs: Job[] = [];
  let child: ChildProcess | undefined;
  let watchdog: NodeJS.Timeout | undefined;
  let isClosed = false;

  function start(): ChildProcess {
    const started = fork(new URL('./decoder-process-node.js', import.meta.url), [JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Not the parent's own: a debugger's port cannot be shared.
      execArgv: [],
    });
    let isReady = false;
    let said = '';
    started.stderr?.on('data', (data) => {
      said = `${said}${data}`.slice(-2000);
    });
    (started.stderr as Socket | null)?.unref();
    started.on('message', (answer: DecoderAnswer) => {
      if (!('ready' in answer)) return settle(answer);
      isReady = true;
      watch();
    });
    started.on('exit', (code, signal) => {
      if (child !== started) return;
      child = undefined;
      const how = signal ?? `exit code ${code}`;
      if (isReady) settle({ outcome: { reason: `The decoder crashed or hung at it (${how}); replace the file or leave it out.` } });
      else settle({ failure: { message: `A decoding process cannot start (${how}): ${said}`, isClear: false } });
    });
    return started;
  }

  function settle(answer: Exclude<DecoderAnswer, { ready: true }>): void {
    const job = jobs.shift();
    if (job) {
      if ('outcome' in answer) job.resolve(answer.outcome);
      else job.reject(answer.failure.isClear ? new DuetError(answer.failure.message) : new Error(answer.failure.message));
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
    child.send(job.order);
    watch();
  }

  /** Patience begins anew with each clip, and once more when a process has started. */
  function watch(): void {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => child?.kill('SIGKILL'), patienceMs);
  }

  return {
    pending: () => jobs.length,
    order: (order) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(closed());
        jobs.push({ order, resolve, reject });
        if (jobs.length === 1) next();
      }),
    close() {
      isClosed = true;
      clearTimeout(watchdog);
      for (const job of jobs.splice(0)) job.reject(closed());
      const running = child;
      child = undefined;
      running?.kill('SIGKILL');
    },
  };
}

function closed(): DuetError {
  return new DuetError('Decoding was stopped because the feed of batches was closed; open a new one.');
}
