// The programs of examples/, compiled and run as a user of the package would.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

const run = promisify(execFile);
const examples = fileURLToPath(new URL('../examples', import.meta.url));
const compiled = (name: string) => join(examples, 'dist', `${name}.js`);
const clips = () => join(inject('shared').data, 'test/metal-bowl');
const environment = () => ({ ...process.env, DUET_CACHE: join(inject('shared').root, 'cache') });

async function example(name: string, ...argv: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [compiled(name), ...argv], { env: environment() });
  return stdout;
}

// The package is found by its own name, through the exports of package.json.
beforeAll(() =>
  run(process.execPath, [
    fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url)),
    '-p',
    examples,
  ]),
);

let server: ChildProcess | undefined;
afterAll(() => {
  server?.kill();
});

test('a folder is classified', async () => {
  expect(await example('classify-folder', inject('shared').run, clips())).toMatch(/^\d+\.webm: 0 s [a-z-]+/);
});

test('a training loop of one’s own learns the exclusive or', async () => {
  const losses = [...(await example('training-loop')).matchAll(/loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
  expect(losses[0]).toBeGreaterThan(0.5);
  expect(losses.at(-1)).toBeLessThan(0.05);
});

test('the gradient of a loss of one’s own is that of differences', async () => {
  const rows = [...(await example('own-loss')).matchAll(/(\S+) by the graph, (\S+) by differences/g)];
  expect(rows).toHaveLength(6);
  for (const [, graph, differences] of rows) expect(Math.abs(Number(graph) - Number(differences))).toBeLessThan(2e-6);
});

test('the Express route answers a video, and refuses what is none', async () => {
  server = spawn(process.execPath, [compiled('express-route'), inject('shared').run, '0'], { env: environment() });
  const port = await new Promise<string>((resolve, reject) => {
    server!.stdout!.on('data', (part) => resolve(/"port":(\d+)/.exec(String(part))![1]!));
    server!.on('exit', () => reject(new Error('the server has ended')));
  });
  const post = (body: string | Uint8Array<ArrayBuffer>) =>
    fetch(`http://127.0.0.1:${port}/predict`, { method: 'POST', body: body });
  await checkRoute(post);
});

test('so does the Next.js route', async () => {
  process.env.DUET_RUN = inject('shared').run;
  const { POST } = (await import(
    pathToFileURL(compiled('next/route')).href
  )) as typeof import('../examples/next/route.ts');
  await checkRoute((body) => POST(new Request('http://localhost/api/predict', { method: 'POST', body: body })));
});

async function checkRoute(post: (body: string | Uint8Array<ArrayBuffer>) => Promise<Response>): Promise<void> {
  const good = await post(new Uint8Array(await readFile(join(clips(), '000.webm'))));
  expect(good.status).toBe(200);
  expect(await good.json()).toMatchObject({ windows: [{ start: 0 }] });
  const bad = await post('no video');
  expect(bad.status).toBe(422);
  expect(await bad.json()).toEqual({ error: expect.stringMatching(/^The video is .*\.$/) });
}
