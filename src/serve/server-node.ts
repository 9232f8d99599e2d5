// A server from its settings to its end.

import { isIP, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import type { MissingPolicy } from '../data/model-inputs.ts';
import { DuetError } from '../errors.ts';
import { listenOn } from '../files/listen.ts';
import { type OpenSearch, openSearch } from '../run/search-node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { createAdmission } from './admission.ts';
import { hostName } from './allowed-hosts-node.ts';
import { allowedFolders } from './allowed-paths-node.ts';
import { createApp } from './app-node.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics-node.ts';
import { namedRuns, openModels, type ServedModels } from './models-node.ts';
import { problem } from './problem.ts';
import { openTemporaryFiles } from './temporary-files-node.ts';

export type ServerOptions = {
  /** Runs or adapter folders, each also as NAME=RUN. */
  readonly runs: readonly string[];
  readonly backbone?: string | undefined;
  readonly missing: MissingPolicy;
  readonly session?: SessionOptions | undefined;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly token?: string | undefined;
  readonly limits: Limits;
  readonly allowPaths: readonly string[];
  readonly allowHosts: readonly string[];
  /** Whether allowed hosts may have private addresses. */
  readonly mayBePrivate: boolean;
  readonly mayUseFfmpeg: boolean;
  /** A folder that duet index wrote. */
  readonly index?: string | undefined;
  /** Where uploads lie while they are worked on. Default: the system's folder for temporary files. */
  readonly uploads?: string | undefined;
  readonly log: Log;
  readonly version: string;
  readonly signal?: AbortSignal | undefined;
};

export type RunningServer = {
  readonly url: string;
  /** Takes no more work, lets what is inside end, for so many seconds at most, and ends. */
  stop(graceSeconds: number): Promise<void>;
};

/** Resolves when the server takes work. @throws DuetError for settings, runs, ports and folders that are none. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { runs, host, port, token, limits, log, version } = options;
  if (!isLoopback(host) && token === undefined)
    throw new DuetError(
      `Bound to ${host}, others can call this server, which needs a token; set DUET_TOKEN or --token-file, or leave out --host.`,
    );
  const named = namedRuns(runs);
  const hosts = { names: options.allowHosts.map(hostName), mayBePrivate: options.mayBePrivate };
  const folders = await allowedFolders(options.allowPaths);
  const opened: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const end of opened.reverse()) await end();
  };
  try {
    const temporary = await openTemporaryFiles(options.uploads ?? tmpdir());
    opened.push(temporary.close);
    const search: OpenSearch | undefined = options.index === undefined ? undefined : await openSearch(options.index);
    if (search) opened.push(search.release);
    let metrics: Metrics | undefined;
    const models: ServedModels = await openModels({
      ...{ runs: named, backbone: options.backbone, missing: options.missing, session: options.session, limits },
      ...{ mayUseFfmpeg: options.mayUseFfmpeg, signal: options.signal },
      onBatch: (model, windows, seconds) => metrics?.batch(model, windows, seconds),
      onCrash(how) {
        metrics?.readerStopped();
        log('warn', 'reader stopped', { how });
      },
    });
    opened.push(models.close);
    const admission = createAdmission(limits.concurrency, limits.queue);
    metrics = createMetrics({
      requestsInside: admission.inside,
      readersBusy: models.readers.busy,
      windowsWaiting: () => models.list.reduce((sum, { batched }) => sum + batched.waiting(), 0),
    });
    const ending = new AbortController();
    let isReady = false;
    const sources = { folders, hosts, temporary, mostBytes: limits.bytes };
    const app = createApp({
      ...{ token, models, limits, sources, admission, search, log, metrics, version },
      ending: ending.signal,
      isReady: () => isReady,
    });
    const server = createAdaptorServer({
      fetch: app.fetch,
      serverOptions: { requestTimeout: limits.requestSeconds * 1000, headersTimeout: 10_000 },
    }) as Server & { closeIdleConnections(): void; closeAllConnections(): void };
    const chosen = await listenOn(server, port, host);
    opened.push(() => server.closeAllConnections());
    await models.readers.ready();
    isReady = true;
    const url = `http://${isIP(host) === 6 ? `[${host}]` : host}:${chosen}/`;
    log('info', 'ready', { url, adapters: named.map(({ name }) => name) });
    return {
      url,
      async stop(graceSeconds) {
        isReady = false;
        log('info', 'ending', { requests: admission.inside() });
        const closed = new Promise<void>((done) => server.close(() => done()));
        // Connections end when their last answer is sent.
        const idle = setInterval(() => server.closeIdleConnections(), 50);
        const late = setTimeout(() => ending.abort(problem(503, 'The server is ending.')), graceSeconds * 1000);
        // What does not hear the signal is not waited for.
        await Promise.race([
          admission.empty(),
          setTimeoutPromise((graceSeconds + 5) * 1000, undefined, { ref: false }),
        ]);
        clearTimeout(late);
        await Promise.race([closed, setTimeoutPromise(2000, undefined, { ref: false })]);
        clearInterval(idle);
        await close();
        log('info', 'ended');
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
