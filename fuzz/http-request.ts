// Damaged HTTP requests, byte by byte as a client sends them, to the routes of `duet serve` on a port of this computer.
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { DuetError } from '../src/errors.ts';
import { createAdmission } from '../src/serve/admission.ts';
import { createApp } from '../src/serve/app-node.ts';
import { usualLimits } from '../src/serve/limits.ts';
import { jsonLog } from '../src/serve/log.ts';
import { createMetrics } from '../src/serve/metrics-node.ts';
import type { ClipEvent, ClipRequest } from '../src/serve/models-node.ts';
import { fakeModel, fakeModels } from '../src/serve/served-model.test-data.ts';
import { openTemporaryFiles } from '../src/serve/temporary-files-node.ts';

const crlf = '\r\n';
const requestOf = (line: string, headers: readonly string[], body = ''): string =>
  [`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', body].join(crlf);
const posted = (path: string, type: string, body: string): string =>
  requestOf(`POST ${path}`, [`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`], body);

export const requests: readonly string[] = [
  requestOf('GET /v1/adapters', ['X-Request-Id: one']),
  requestOf('GET /openapi.json', ['Accept: application/json']),
  requestOf('GET /v1/search?words=a%20dog&top=3&threshold=0.5', []),
  requestOf('GET /metrics', ['Origin: http://localhost']),
  posted('/v1/predict/first?top=5&start=1&end=4&hop=0.5&threshold=0.2', 'video/mp4', 'a video'),
  posted('/v1/predict/first', 'application/json', '{"path": "a.mp4"}'),
  requestOf(
    'POST /v1/predict/first',
    ['Transfer-Encoding: chunked', 'Accept: text/event-stream'],
    ['7', 'a video', '0', '', ''].join(crlf),
  ),
];

/** Reads what a request names, as a reader of clips does, and has its answers at hand. */
async function* answer({ reference }: ClipRequest): AsyncGenerator<ClipEvent> {
  await readFile((reference as { path: string }).path);
  yield { kind: 'clip', seconds: 8 };
  yield { kind: 'result', result: { windows: [], events: [] } };
}

async function startServer(folder: string): Promise<{ port: number; faults: string[] }> {
  const uploads = join(folder, 'served');
  await mkdir(uploads, { recursive: true });
  await writeFile(join(uploads, 'a.mp4'), 'a video');
  const faults: string[] = [];
  const temporary = await openTemporaryFiles(uploads);
  const app = createApp({
    models: fakeModels([fakeModel('first'), fakeModel('second')], answer),
    ...{ limits: { ...usualLimits, requestSeconds: 5 }, admission: createAdmission(4, 16) },
    sources: { folders: [uploads], hosts: { names: [], mayBePrivate: false }, temporary, mostBytes: 1000 },
    ...{ token: undefined, version: '1', isReady: () => true, ending: new AbortController().signal },
    search: { search: async () => ({ moments: [] }) as never },
    log: jsonLog((line) => void (line.includes('"event":"fault"') && faults.push(line))),
    metrics: createMetrics({ requestsInside: () => 0, readersBusy: () => 0, windowsWaiting: () => 0 }),
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  if (!server.listening) await once(server, 'listening');
  // The process ends when its inputs do.
  server.unref();
  return { port: (server.address() as { port: number }).port, faults };
}

/** Of a request that announces more than it sends, the server would wait for the rest. */
const patienceMs = 500;

let started: ReturnType<typeof startServer> | undefined;

/**
 * Sends the bytes and reads until the server closes.
 * @throws DuetError where it refuses the request or closes without an answer, and an Error for an answer that names a
 * fault of the server.
 */
export async function sendRequest(folder: string, bytes: Uint8Array): Promise<void> {
  started ??= startServer(folder);
  const { port, faults } = await started;
  const socket = connect(port, '127.0.0.1');
  let answered = '';
  socket.on('data', (part) => {
    answered += part.toString('latin1');
  });
  // A server may close before it has read everything.
  socket.on('error', () => undefined);
  socket.write(bytes);
  const timer = setTimeout(() => socket.end(), patienceMs);
  await once(socket, 'close');
  clearTimeout(timer);
  if (faults.length > 0) throw new Error(faults.splice(0).join('\n'));
  const statuses = [...answered.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
  if (statuses.some((status) => status >= 500 && status !== 503)) throw new Error(answered.slice(0, 500));
  if (statuses.length === 0 || statuses.some((status) => status >= 400))
    throw new DuetError(`The request was refused (${statuses.join(', ') || 'without an answer'}).`);
}
