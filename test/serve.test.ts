// A server as the command starts it, driven from here: answers as offline ones, many at once, and what is killed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { duetHere, duetJson, duetProgram, newFolder, theOneSentence } from './duet.ts';
import { classes } from './global-setup.ts';

type Server = { readonly url: string; readonly child: ChildProcess; logged(): string; ended(): Promise<number | null> };

async function serve(...argv: readonly string[]): Promise<Server> {
  const { root } = inject('shared');
  const env = { ...process.env, HOME: root, DUET_CACHE: join(root, 'cache'), HF_HUB_OFFLINE: '1', DUET_TOKEN: '' };
  const child = spawn(process.execPath, [duetProgram, 'serve', ...argv, '--port', '0', '--threads', '1'], { env });
  let [out, log] = ['', ''];
  child.stderr.on('data', (part) => {
    log += part;
  });
  const exit = new Promise<number | null>((done) => child.on('exit', done));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (part) => {
      out += part;
      const found = /http:\S+/.exec(out)?.[0];
      if (found) resolve(found);
    });
    exit.then(() => reject(new Error(log)));
  });
  return { url, child, logged: () => log, ended: () => exit };
}

const clipOf = (name: string) => join(inject('shared').data, 'test', name, '000.webm');
const readersOf = ({ child }: Server) =>
  execFileSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);

let server: Server;
let uploads: string;
let offline: Record<string, unknown>;
let bytes: Record<string, Uint8Array<ArrayBuffer>>;

beforeAll(async () => {
  const { run, data } = inject('shared');
  uploads = await newFolder('uploads');
  const limits = ['--concurrency', '2', '--queue', '20', '--uploads', uploads];
  server = await serve(`one=${run}`, `two=${run}`, ...limits, '--allow-path', data);
  const files = classes.map(clipOf);
  const results = await duetJson<{ path: string }[]>(['predict', run, ...files, '--threads', '1']);
  offline = Object.fromEntries(results.map(({ path, ...result }, i) => [classes[i]!, result]));
  bytes = Object.fromEntries(await Promise.all(classes.map(async (name) => [name, await readFile(clipOf(name))])));
});
afterAll(() => void server?.child.kill('SIGKILL'));

/** Numbers of other batches may differ in their last digits. */
function expectSame(found: unknown, wanted: unknown): void {
  const rounded = (value: unknown) =>
    JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'number' ? Number(one.toFixed(4)) : one));
  expect(rounded(found)).toEqual(rounded(wanted));
}

const predict = (body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string> = {}, adapter = 'one') =>
  fetch(`${server.url}v1/predict/${adapter}`, { method: 'POST', body, headers });

const insides = async () => /duet_requests_inside (\d+)/.exec(await (await fetch(`${server.url}metrics`)).text())![1];

test('many requests at once have the answers of the command, whichever adapter they ask', async () => {
  const asked = Array.from({ length: 12 }, (_, i) => ({ name: classes[i % 4]!, adapter: i % 3 === 0 ? 'two' : 'one' }));
  const found = await Promise.all(asked.map(({ name, adapter }) => predict(bytes[name]!, {}, adapter)));
  for (const [place, response] of found.entries()) {
    expect(response.status).toBe(200);
    expectSame(await response.json(), offline[asked[place]!.name]);
  }
  const path = JSON.stringify({ path: 'test/metal-bowl/000.webm' });
  expectSame(await (await predict(path, { 'content-type': 'application/json' })).json(), offline['metal-bowl']);
  const metrics = await (await fetch(`${server.url}metrics`)).text();
  expect(metrics).toMatch(/duet_windows_total\{model="two"\} 4/);
  expect(await readdir(uploads, { recursive: true })).toHaveLength(2);
});

test('killed readers and clients cost their own request at most', async () => {
  const [name] = classes;
  const running = Array.from({ length: 6 }, () => predict(bytes[name!]!));
  await new Promise((done) => setTimeout(done, 150));
  for (const pid of readersOf(server)) process.kill(pid, 'SIGKILL');
  for (const response of await Promise.all(running)) {
    const answer = await response.json();
    if (response.status === 200) expectSame(answer, offline[name!]);
    else expect(answer).toEqual({ error: expect.stringMatching(/The upload blocks or crashes its decoder/) });
  }
  const gone = new AbortController();
  const init = { method: 'POST', body: bytes[name!]!, signal: gone.signal };
  const given = fetch(`${server.url}v1/predict/one`, init).catch(() => 'gone');
  await expect.poll(insides).toBe('1');
  gone.abort();
  expect(await given).toBe('gone');
  const { port } = new URL(server.url);
  const half = connect(Number(port), '127.0.0.1');
  half.write('POST /v1/predict/one HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nhalf');
  await new Promise((done) => setTimeout(done, 100));
  half.destroy();
  expectSame(await (await predict(bytes[name!]!)).json(), offline[name!]);
  await expect.poll(insides).toBe('0');
  expect(await readdir(uploads, { recursive: true })).toHaveLength(2);
});

test('what cannot be served is one sentence', async () => {
  const { run } = inject('shared');
  const { port } = new URL(server.url);
  const failing = async (...argv: string[]) => theOneSentence(await duetHere(['serve', ...argv]));
  expect(await failing(run, '--port', port)).toMatch(/Port \d+ is in use by another program; choose another/);
  expect(await failing(run, '--host', '0.0.0.0')).toMatch(/needs a token; set DUET_TOKEN or --token-file/);
  expect(await failing(run, run, '--port', '0')).toMatch(/Two runs are called "run"; serve one of them as NAME=/);
  expect(await failing(clipOf('metal-bowl'), '--port', '0')).toMatch(/000\.webm/);
});

test('a server that is told to end answers what is inside, leaves nothing, and has ended well', async () => {
  const last = predict(bytes['metal-bowl']!);
  await expect.poll(insides).toBe('1');
  server.child.kill('SIGTERM');
  expectSame(await (await last).json(), offline['metal-bowl']);
  expect(await server.ended()).toBe(0);
  expect(await readdir(uploads)).toEqual([]);
  const events = server
    .logged()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  expect(events.map((line) => JSON.parse(line).event)).toEqual(
    expect.arrayContaining(['ready', 'request', 'ending', 'ended']),
  );
  await expect(predict(bytes['metal-bowl']!)).rejects.toThrow();
});
