// The routes, without a port: what they answer, and every way in which a request can be wrong.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DuetError } from '../errors.ts';
import { systemLoaders } from '../systems/registry.ts';
import { createAdmission } from './admission.ts';
import { type AppOptions, createApp } from './app-node.ts';
import { checkClip } from './check-clip.ts';
import { usualLimits } from './limits.ts';
import { jsonLog } from './log.ts';
import { createMetrics } from './metrics-node.ts';
import type { ClipEvent, ClipRequest } from './models-node.ts';
import { fakeModel, fakeModels } from './served-model.test-data.ts';
import { openTemporaryFiles, type TemporaryFiles } from './temporary-files-node.ts';

let folder: string;
let temporary: TemporaryFiles;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-app-'));
  temporary = await openTemporaryFiles(folder);
  await writeFile(join(folder, 'a.mp4'), 'a video');
});
afterAll(() => rm(folder, { recursive: true }));

const result = { windows: [], events: [] };
async function* answers(): AsyncGenerator<ClipEvent> {
  yield { kind: 'clip', seconds: 8 };
  yield { kind: 'window', result };
  yield { kind: 'result', result };
}

function appWith(
  changes: Partial<AppOptions> = {},
  predict: (request: ClipRequest) => AsyncGenerator<ClipEvent> = answers,
) {
  const models = fakeModels([fakeModel('first'), fakeModel('second')], predict);
  const lines: string[] = [];
  const gauges = { requestsInside: () => 0, readersBusy: () => 0, windowsWaiting: () => 0 };
  const app = createApp({
    ...{ models, limits: usualLimits, admission: createAdmission(2, 0), ending: new AbortController().signal },
    sources: { folders: [folder], hosts: { names: [], mayBePrivate: false }, temporary, mostBytes: 1000 },
    ...{ token: undefined, search: undefined, version: '1', isReady: () => true },
    ...{ log: jsonLog((line) => lines.push(line)), metrics: createMetrics(gauges) },
    ...changes,
  });
  return { app, lines };
}

const post = (body: RequestInit['body'] | null = 'a video', headers: Record<string, string> = {}): RequestInit => ({
  ...{ method: 'POST', body, headers },
  ...(body instanceof ReadableStream && { duplex: 'half' }),
});
const json = { 'content-type': 'application/json' };

async function errorOf(response: Response | Promise<Response>): Promise<[number, string]> {
  const { status, body, ...rest } = await response;
  expect(body, String(rest)).not.toBeNull();
  const { error } = (await (await response).json()) as { error: string };
  return [status, error];
}

test('an upload is answered with its result, and nothing of it stays', async () => {
  const seen: ClipRequest[] = [];
  const { app } = appWith({}, async function* (request) {
    seen.push(request);
    expect(await readFile((request.reference as { path: string }).path, 'utf8')).toBe('a video');
    yield* answers();
  });
  const response = await app.request('/v1/predict/first?top=5&start=1&hop=0.5', post());
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(result);
  expect(seen[0]).toMatchObject({ hop: 0.5, options: { top: 5, threshold: 0.5 }, reference: { start: 1 } });
  const left = (await readdir(folder, { recursive: true })).filter((name) => /[0-9a-f]{8}-/.test(name));
  expect(left).toEqual([]);
});

test('answers come one by one as server-sent events', async () => {
  const { app } = appWith();
  const response = await app.request('/v1/predict/first', post('a video', { accept: 'text/event-stream' }));
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const kinds = [...(await response.text()).matchAll(/^event: (.*)$/gm)].map(([, kind]) => kind);
  expect(kinds).toEqual(['clip', 'window', 'result']);
});

test('what goes wrong after the first event is the last one', async () => {
  const { app } = appWith({}, async function* () {
    yield { kind: 'clip', seconds: 8 };
    throw new DuetError('The file ends early; get the whole file.');
  });
  const response = await app.request('/v1/predict/first', post('a video', { accept: 'text/event-stream' }));
  expect(await response.text()).toMatch(/event: error\ndata: {"error":"The file ends early; get the whole file."}/);
});

test('each wrong request has its status and one sentence', async () => {
  const { app } = appWith();
  const refused = (path: string, init: RequestInit = post()) => errorOf(app.request(path, init));
  expect(await refused('/v1/predict/third')).toEqual([
    404,
    'There is no adapter "third" here; there is first, second.',
  ]);
  expect(await refused('/v1/predict/first?tops=3')).toEqual([400, 'There is no parameter "tops"; did you mean "top"?']);
  expect(await refused('/v1/predict/first?top=many')).toEqual([400, expect.stringMatching(/'top'/)]);
  expect(await refused('/v1/predict/first?start=3&end=2')).toEqual([400, expect.stringMatching(/not after its start/)]);
  expect(await refused('/v1/predict/first', post(null))).toEqual([400, expect.stringMatching(/no body/)]);
  expect(await refused('/v1/predict/first', post(''))).toEqual([400, expect.stringMatching(/empty|no body/)]);
  expect(await refused('/v1/predict/first', post('x'.repeat(1001)))).toEqual([413, expect.stringMatching(/larger/)]);
  expect(await refused('/v1/predict/first', post(new FormData()))).toEqual([
    415,
    expect.stringMatching(/not as a form/),
  ]);
  expect(await refused('/v1/predict/first', post('{', json))).toEqual([400, expect.stringMatching(/not JSON/)]);
  expect(await refused('/v1/predict/first', post('{"file":1}', json))).toEqual([400, expect.stringMatching(/must be/)]);
  expect(await refused('/v1/predict/first', post('{"path":"/etc/passwd"}', json))).toEqual([403, expect.anything()]);
  expect(await refused('/v1/predict/first', post('{"path":"b.mp4"}', json))).toEqual([404, expect.anything()]);
  expect(await refused('/v1/predict/first', post('{"url":"http://a.b/c"}', json))).toEqual([403, expect.anything()]);
  expect(await refused('/v1/nothing')).toEqual([404, expect.stringMatching(/openapi/)]);
  expect((await app.request('/v1/predict/first', post('{"path":"a.mp4"}', json))).status).toBe(200);
});

test('an upload that is cut off is refused and forgotten', async () => {
  const { app } = appWith();
  let isBegun = false;
  const body = new ReadableStream({
    pull(controller) {
      if (isBegun) controller.error(new Error('aborted'));
      else controller.enqueue(new TextEncoder().encode('half'));
      isBegun = true;
    },
  });
  expect(await errorOf(app.request('/v1/predict/first', post(body)))).toEqual([
    ...[400, 'The file was cut off after 4 bytes; send it again.'],
  ]);
});

test('a full server says when to come again', async () => {
  const admission = createAdmission(1, 0);
  const { app } = appWith({ admission });
  const leave = admission.enter()!;
  const response = await app.request('/v1/predict/first', post());
  expect(response.status).toBe(429);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  leave();
  expect((await app.request('/v1/predict/first', post())).status).toBe(200);
});

test('a request that takes too long is given up, and its place is free again', async () => {
  const admission = createAdmission(1, 0);
  const hanging = async function* ({ signal }: ClipRequest): AsyncGenerator<ClipEvent> {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    yield* answers();
  };
  const { app } = appWith({ admission, limits: { ...usualLimits, requestSeconds: 0.05 } }, hanging);
  expect(await errorOf(app.request('/v1/predict/first', post()))).toEqual([504, expect.stringMatching(/longer than/)]);
  expect(admission.inside()).toBe(0);
});

test('clips that are too long or too large are named as such, and a fault says nothing of itself', async () => {
  const media = { container: 'mp4', duration: 9000, video: undefined, audio: undefined };
  const long = appWith({}, async function* () {
    checkClip(media, usualLimits);
    yield* answers();
  });
  expect(await errorOf(long.app.request('/v1/predict/first', post()))).toEqual([
    422,
    expect.stringMatching(/9000 seconds/),
  ]);
  const video = { codec: 'h264', width: 9000, height: 9000, rotation: 0, pixelAspectRatio: 1 } as const;
  expect(() => checkClip({ ...media, duration: 1, video }, usualLimits)).toThrow(/9000 x 9000 pixels/);
  const faulty = appWith({}, async function* () {
    yield* answers();
    throw new TypeError('a secret');
  });
  const streamed = await faulty.app.request('/v1/predict/first', post('a video', { accept: 'text/event-stream' }));
  expect(await streamed.text()).not.toContain('a secret');
  expect(faulty.lines.join('')).toContain('a secret');
});

test('messages call an upload the upload', async () => {
  const { app } = appWith({}, async function* ({ reference }) {
    yield* answers();
    throw new DuetError(`${(reference as { path: string }).path} is damaged; replace it.`);
  });
  const streamed = await app.request('/v1/predict/first', post('a video', { accept: 'text/event-stream' }));
  expect(await streamed.text()).toContain('{"error":"The upload is damaged; replace it."}');
});

test('with a token, only its owner is answered, but for health and the page', async () => {
  const { app } = appWith({ token: 'a-long-enough-token' });
  const withToken = (token: string) => app.request('/v1/adapters', { headers: { authorization: `Bearer ${token}` } });
  expect(await errorOf(app.request('/v1/adapters'))).toEqual([401, expect.stringMatching(/needs the token/)]);
  expect((await withToken('another-long-token')).status).toBe(401);
  expect((await withToken('a-long-enough-token')).status).toBe(200);
  for (const path of ['/', '/healthz', '/readyz']) expect((await app.request(path)).status).toBe(200);
  for (const path of ['/metrics', '/openapi.json']) expect((await app.request(path)).status).toBe(401);
});

test('pages of other origins, and other names of this computer, are refused', async () => {
  const { app } = appWith();
  const asking = (headers: Record<string, string>) => app.request('/v1/adapters', { headers });
  expect((await asking({ host: 'evil.example' })).status).toBe(403);
  expect((await asking({ host: '127.0.0.1:4338', origin: 'https://evil.example' })).status).toBe(403);
  expect((await asking({ host: '127.0.0.1:4338', origin: 'http://127.0.0.1:4338' })).status).toBe(200);
});

test('a server that is not ready is healthy, and takes no clip', async () => {
  const { app } = appWith({ isReady: () => false });
  expect((await app.request('/healthz')).status).toBe(200);
  expect((await app.request('/readyz')).status).toBe(503);
  expect((await app.request('/v1/predict/first', post())).status).toBe(503);
});

test('requests are counted and logged, one line each', async () => {
  const { app, lines } = appWith();
  await app.request('/v1/predict/first', post('a video', { 'x-request-id': 'mine-1' }));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'request', id: 'mine-1', method: 'POST', path: '/v1/predict/first', status: 200 },
  ]);
  const metrics = await (await app.request('/metrics')).text();
  expect(metrics).toContain('duet_requests_total{route="/v1/predict/:adapter",status="200"} 1');
  expect(metrics).toMatch(/process_open_fds|process_cpu/);
});

test('the document describes the results of every system, and all its references lead somewhere', async () => {
  const models = fakeModels(
    Object.keys(systemLoaders).map((name) => fakeModel(`a-${name}`, name)),
    answers,
  );
  const { app } = appWith({ models, search: { search: async () => ({}) as never } });
  const document = (await (await app.request('/openapi.json')).json()) as {
    paths: Record<string, unknown>;
    components: { schemas: Record<string, { type: string }> };
  };
  const { schemas } = document.components;
  for (const name of Object.keys(systemLoaders)) {
    expect(document.paths).toHaveProperty([`/v1/predict/a-${name}`, 'post']);
    expect(schemas[`${name}-result`]).toMatchObject({ type: 'object' });
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
  expect(references.length).toBeGreaterThan(models.list.length);
  for (const [, name] of references) expect(Object.keys(schemas)).toContain(name);
});
