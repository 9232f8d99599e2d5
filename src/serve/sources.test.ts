// What may be read: paths inside allowed folders, URLs of allowed hosts, and uploads up to a size.
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { thisProcess } from '../files/lock-owner-node.ts';
import { hostName, isPrivateAddress, openUrl } from './allowed-hosts-node.ts';
import { allowedFile, allowedFolders } from './allowed-paths-node.ts';
import { openTemporaryFiles } from './temporary-files-node.ts';

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'duet-sources-')));
  await mkdir(join(folder, 'open/inner'), { recursive: true });
  await mkdir(join(folder, 'open-too'));
  for (const name of ['open/a.mp4', 'open/inner/b.mp4', 'open-too/c.mp4', 'secret.mp4'])
    await writeFile(join(folder, name), name);
  await symlink(join(folder, 'secret.mp4'), join(folder, 'open/link.mp4'));
  await symlink(folder, join(folder, 'open/up'));
  await symlink(join(folder, 'open/a.mp4'), join(folder, 'open/good-link.mp4'));
});
afterAll(() => rm(folder, { recursive: true }));

test('only files inside the allowed folders may be named, whichever way is taken', async () => {
  const folders = await allowedFolders([join(folder, 'open')]);
  const status = (path: string) =>
    allowedFile(path, folders).then(
      (file) => file.slice(folder.length + 1),
      (error) => error.status,
    );
  expect(await status('a.mp4')).toBe('open/a.mp4');
  expect(await status(join(folder, 'open/inner/../inner/b.mp4'))).toBe('open/inner/b.mp4');
  expect(await status('good-link.mp4')).toBe('open/a.mp4');
  expect(await status('missing.mp4')).toBe(404);
  expect(await status('inner')).toBe(422);
  for (const path of ['link.mp4', 'up/secret.mp4', '../secret.mp4', '../open-too/c.mp4', '/etc/passwd', 'a\0.mp4', '.'])
    expect([path, await status(path)]).toEqual([path, 403]);
  expect(await status('../missing.mp4')).toBe(403);
  await expect(allowedFile('a.mp4', [])).rejects.toThrow(/reads no paths/);
  await expect(allowedFolders([join(folder, 'gone')])).rejects.toThrow(/There is no folder .*gone to allow/);
});

test('addresses of this machine, of private networks and of nobody are private', () => {
  const inside = ['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'];
  const inside6 = [
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'ff02::1',
    '2002:7f00:1::',
  ];
  for (const address of [...inside, ...inside6]) expect([address, isPrivateAddress(address)]).toEqual([address, true]);
  for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])
    expect([address, isPrivateAddress(address)]).toEqual([address, false]);
});

test('URLs are fetched from allowed hosts only, and redirects count too', async () => {
  const server: Server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const location = {
      '/away': 'http://example.com/',
      '/again': `http://127.0.0.1:${port}/clip`,
      '/circle': '/circle',
    };
    const to = location[request.url as keyof typeof location];
    if (to) response.writeHead(302, { location: to }).end();
    else if (request.url === '/clip') response.end('a video');
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const signal = new AbortController().signal;
  const hosts = { names: [`127.0.0.1:${port}`, `localhost:${port}`], mayBePrivate: false };
  const read = async (url: string, allowed = hosts) => {
    let text = '';
    for await (const part of await openUrl(url, allowed, signal)) text += part;
    return text;
  };
  const refused = (url: string, allowed = hosts) =>
    read(url, allowed).then(
      () => 200,
      (error) => error.status,
    );
  try {
    // The operator named this address, so that it is meant.
    expect(await read(`http://127.0.0.1:${port}/clip`)).toBe('a video');
    expect(await read(`http://127.0.0.1:${port}/again`)).toBe('a video');
    // A name that stands for this machine is another thing, unless that is allowed.
    expect(await refused(`http://localhost:${port}/clip`)).toBe(502);
    expect(await read(`http://localhost:${port}/clip`, { ...hosts, mayBePrivate: true })).toBe('a video');
    expect(await refused(`http://127.0.0.1:${port}/away`)).toBe(403);
    expect(await refused(`http://127.0.0.1:${port}/circle`)).toBe(502);
    expect(await refused(`http://127.0.0.1:${port}/none`)).toBe(502);
    expect(await refused(`http://2130706433:${port + 1}/clip`)).toBe(403);
    expect(await refused(`http://user@127.0.0.1:${port}/clip`)).toBe(400);
    expect(await refused('file:///etc/passwd')).toBe(400);
    expect(await refused('http://127.0.0.1/', { names: [], mayBePrivate: false })).toBe(403);
  } finally {
    server.close();
  }
});

test('hosts are read as URLs write them', () => {
  expect(hostName('Media.Example.org')).toBe('media.example.org');
  expect(hostName('10.0.0.7:8080')).toBe('10.0.0.7:8080');
  for (const wrong of ['http://a.b', 'a.b/c', 'user@a.b', '']) expect(() => hostName(wrong)).toThrow(/is no host/);
});

test('a file that is larger than allowed is given up on the way, and what a killed server left is removed', async () => {
  const left = join(folder, 'uploads/duet-serve-left');
  await mkdir(left, { recursive: true });
  await writeFile(join(left, 'owner.json'), JSON.stringify({ ...(await thisProcess()), pid: 2 ** 22 - 1 }));
  const files = await openTemporaryFiles(join(folder, 'uploads'));
  const [own, ...others] = await readdir(join(folder, 'uploads'));
  expect(others).toEqual([]);
  let sent = 0;
  async function* parts() {
    for (; sent < 100; sent++) yield new Uint8Array(1000);
  }
  const { signal } = new AbortController();
  await expect(files.receive(parts(), 5000, signal)).rejects.toMatchObject({ status: 413 });
  expect(sent).toBeLessThan(40);
  expect(await readdir(join(folder, 'uploads', own!))).toEqual(['owner.json']);
  const stopped = new AbortController();
  const endless = (async function* () {
    yield new Uint8Array(10);
    stopped.abort(new Error('gone'));
    await new Promise((done) => setTimeout(done, 1000));
  })();
  await expect(files.receive(endless, 5000, stopped.signal)).rejects.toThrow('gone');
  const file = await files.receive(parts(), 1e6, signal);
  expect((await readFile(file.path)).length).toBe(file.bytes);
  await files.close();
  expect(await readdir(join(folder, 'uploads'))).toEqual([]);
});
