import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StaticServer, serveFolder, studioPolicy } from './static-server.ts';

let folder: string;
let server: StaticServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-server-'));
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(join(folder, 'page', 'index.html'), '<p>page</p>');
  await writeFile(join(folder, 'page', 'assets', 'code-12345678.js'), 'code');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await symlink('../secret.txt', join(folder, 'page', 'link.txt'));
  await symlink('..', join(folder, 'page', 'up'));
  await symlink('assets/code-12345678.js', join(folder, 'page', 'inner.js'));
  await symlink('page', join(folder, 'also-page'));
  server = await serveFolder(join(folder, 'also-page'), 0, studioPolicy);
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

/** Sent as it is: fetch would take dots out of the path. */
function ask(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers }, (response) => {
      let body = '';
      response.on('data', (part) => {
        body += part;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body }));
    }).on('error', reject);
  });
}

test('files of the folder are served, also through links within it and to it', async () => {
  expect(await ask('/')).toEqual({ status: 200, body: '<p>page</p>' });
  expect(await ask('/assets/code-12345678.js')).toEqual({ status: 200, body: 'code' });
  expect(await ask('/inner.js')).toEqual({ status: 200, body: 'code' });
});

test.each([
  '/assets',
  '/assets/',
  '/absent',
  '/link.txt',
  '/up/secret.txt',
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/%',
])('%s, which is no file of the folder, is not found', async (path) => {
  expect((await ask(path)).status).toBe(404);
});

test('another name for this computer is not answered', async () => {
  expect((await ask('/', { host: 'example.org' })).status).toBe(403);
});

test('pages run their own scripts only, are framed by nobody and are isolated from others', async () => {
  const { headers } = await fetch(server.url);
  const policy = Object.fromEntries(
    headers
      .get('content-security-policy')!
      .split('; ')
      .map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1)]),
  );
  expect(policy['default-src']).toEqual(["'self'"]);
  expect(policy['script-src']).not.toContain("'unsafe-inline'");
  expect(policy['script-src']).not.toContain("'unsafe-eval'");
  expect(policy['frame-ancestors']).toEqual(["'none'"]);
  expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
});
