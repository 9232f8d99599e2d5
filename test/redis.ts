// A Redis or Valkey of the tests' own, on a free port and without a disk.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** Its program where there is one: Debian's redis-server, which .ci/run installs, or valkey-server. */
export const redisProgram = ['redis-server', 'valkey-server'].find(
  (name) => spawnSync(name, ['--version']).error === undefined,
);

export type Redis = { readonly url: string; readonly child: ChildProcess };

/** @param port of one that was stopped. Kill its process when done. */
export async function startRedis(port?: number): Promise<Redis> {
  const chosen = port ?? (await freePort());
  const settings = ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn(redisProgram!, settings, { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((ready, fail) => {
    child.stdout.on('data', (part) => /Ready to accept/i.test(String(part)) && ready());
    child.on('exit', (code) => fail(new Error(`the queue's server ended with ${code}`)));
  });
  return { url: `redis://127.0.0.1:${chosen}`, child };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
