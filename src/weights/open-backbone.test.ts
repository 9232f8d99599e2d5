import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeSafetensors } from '../files/safetensors.ts';
import { refusal } from '../refusal.test-data.ts';
import { parseBackbone } from './backbone.ts';
import { miniBert } from './mini-text.test-data.ts';
import { asHuggingFace, miniTimm } from './mini-vit.test-data.ts';
import { openBackbone } from './open-backbone-node.ts';
import { openTextBackbone } from './open-text-backbone-node.ts';

const weights = writeSafetensors(miniTimm(), { mean: '0.5,0.5,0.5', std: '0.5,0.5,0.5' });
const config = new TextEncoder().encode(JSON.stringify({ architecture: 'vit_mini', model_args: { num_heads: 2 } }));
const expectedHash = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 }).hash;
const commit = 'c0ffee'.padEnd(40, '0');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-backbone-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe('on this machine', () => {
  test('the built-in backbone is the default and goes by its name', async () => {
    const backbone = await openBackbone();
    expect(backbone.config).toMatchObject({ name: 'vit-micro', width: 192, depth: 6 });
    expect((await openBackbone('vit-micro', { imageSize: 96 })).hash).toBe(backbone.hash);
    expect(backbone.source).toBe('vit-micro');
  });

  test('a file, a folder with its config, and shards with their index give the same backbone', async () => {
    await writeFile(join(folder, 'mini.safetensors'), weights);
    const whole = join(folder, 'whole');
    await mkdir(whole);
    await writeFile(join(whole, 'model.safetensors'), weights);
    await writeFile(join(whole, 'config.json'), config);
    const sharded = join(folder, 'sharded');
    await mkdir(sharded);
    const tensors = [...asHuggingFace(miniTimm(), 'old', 'vit.')];
    const parts = { 'model-1.safetensors': tensors.slice(0, 9), 'model-2.safetensors': tensors.slice(9) };
    for (const [file, part] of Object.entries(parts))
      await writeFile(join(sharded, file), writeSafetensors(new Map(part)));
    const weightMap = Object.fromEntries(
      Object.entries(parts).flatMap(([file, part]) => part.map(([name]) => [name, file])),
    );
    await writeFile(
      join(sharded, 'model.safetensors.index.json'),
      JSON.stringify({ metadata: {}, weight_map: weightMap }),
    );
    await writeFile(join(sharded, 'config.json'), JSON.stringify({ num_attention_heads: 2, layer_norm_eps: 1e-6 }));
    await writeFile(
      join(sharded, 'preprocessor_config.json'),
      JSON.stringify({ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] }),
    );

    expect((await openBackbone(join(folder, 'mini.safetensors'), { heads: 2 })).hash).toBe(expectedHash);
    const fromFolder = await openBackbone(whole);
    expect(fromFolder.hash).toBe(expectedHash);
    expect((await openBackbone(join(whole, 'model.safetensors'))).config.heads).toBe(2);
    const fromShards = await openBackbone(sharded);
    expect(fromShards.hash).toBe(expectedHash);
    expect({ ...fromShards.config, name: '' }).toEqual({ ...fromFolder.config, name: '' });
  });

  test('a missing path, another format, an empty folder and a truncated file each get their sentence', async () => {
    expect(await refusal(openBackbone('no-such-thing'))).toContain("There is no backbone 'no-such-thing'");
    expect(await refusal(openBackbone(join(folder, 'absent.safetensors')))).toContain('There is no backbone');
    await writeFile(join(folder, 'model.bin'), 'x');
    expect(await refusal(openBackbone(join(folder, 'model.bin')))).toMatch(
      /model\.bin is not a \.safetensors file; convert it once with Python: python -c ".*'model\.bin'.*'model\.safetensors'\)"/,
    );
    expect(await refusal(openBackbone(folder))).toContain(
      'holds model.bin but no .safetensors file; in it, convert it',
    );
    await writeFile(join(folder, 'pytorch_model.bin'), 'x');
    expect(await refusal(openBackbone(folder))).toContain('holds pytorch_model.bin but no');
    await mkdir(join(folder, 'empty'));
    expect(await refusal(openBackbone(join(folder, 'empty')))).toContain('holds no .safetensors file');
    await writeFile(join(folder, 'cut.safetensors'), weights.subarray(0, weights.length - 10));
    expect(await refusal(openBackbone(join(folder, 'cut.safetensors'), { heads: 2 }))).toMatch(
      /cut\.safetensors is not a readable.*truncated/,
    );
    await writeFile(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: { a: '../outside.safetensors' } }),
    );
    expect(await refusal(openBackbone(folder))).toContain('is not a safetensors index');
  });
});

/** An imitation of the hub with one model, mini/vit; large files are redirected, as there, to another path. */
type Behaviour = {
  /** Bytes after which a connection breaks, one entry per connection that asks for the weights. */
  cuts: number[];
  corrupt: boolean;
  ranges: boolean;
  token: string | undefined;
  files: Record<string, Uint8Array>;
};

describe('from a hub', () => {
  let server: Server;
  let behaviour: Behaviour;
  let requests: string[];
  let ranges: (string | undefined)[];

  beforeEach(async () => {
    behaviour = {
      cuts: [],
      corrupt: false,
      ranges: true,
      token: undefined,
      files: { 'model.safetensors': weights, 'config.json': config },
    };
    requests = [];
    ranges = [];
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url?.split('?')[0]}`);
      answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    vi.stubEnv('HF_HUB_CACHE', join(folder, 'hub'));
    vi.stubEnv('HF_HOME', folder);
    for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'HF_TOKEN_PATH', 'HF_HUB_OFFLINE'])
      vi.stubEnv(name, undefined);
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const isLarge = (file: string) => file.endsWith('.safetensors');
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const gitHash = (bytes: Uint8Array) =>
    createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url?.split('?')[0] ?? '';
    const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    const isCdn = url.startsWith('/cdn/');
    if (!isCdn && behaviour.token && request.headers.authorization !== `Bearer ${behaviour.token}`)
      return void response.writeHead(401).end();
    if (url === '/api/models/mini/vit/revision/main')
      return void json({ _id: '1', id: 'mini/vit', sha: commit, lastModified: '2026-01-01' });
    if (url === `/api/models/mini/vit/paths-info/${commit}`) {
      let body = '';
      for await (const chunk of request) body += chunk;
      const asked: string[] = JSON.parse(body).paths;
      const found = asked.filter((path) => Object.hasOwn(behaviour.files, path));
      return void json(found.map((path) => describeFile(path, behaviour.files[path] as Uint8Array)));
    }
    const file = url.replace(isCdn ? '/cdn/' : `/mini/vit/resolve/${commit}/`, '');
    const bytes = behaviour.files[file];
    if (!bytes) return void response.writeHead(404).end();
    if (!isLarge(file)) return void response.end(bytes);
    if (!isCdn) return void response.writeHead(302, { location: `/cdn/${file}` }).end();
    sendPart(request, response, bytes);
  }

  function describeFile(path: string, bytes: Uint8Array) {
    const lfs = isLarge(path) ? { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } : undefined;
    return { type: 'file', path, size: bytes.length, oid: lfs ? 'a'.repeat(40) : gitHash(bytes), lfs };
  }

  function sendPart(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
    ranges.push(request.headers.range);
    const from = behaviour.ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const body = Uint8Array.from(bytes.subarray(from));
    if (behaviour.corrupt) body[body.length - 1]! ^= 1;
    const header = from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { ...header, 'content-length': body.length });
    const cut = behaviour.cuts.shift();
    if (cut === undefined) response.end(body);
    else response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
  }

  test('a model is fetched into the cache`s usual layout, and the next time no network is used', async () => {
    const progress: number[] = [];
    const backbone = await openBackbone('mini/vit', {
      onProgress: ({ file, receivedBytes, totalBytes }) => {
        if (!file.endsWith('mini/vit/model.safetensors')) return;
        expect(totalBytes).toBe(weights.length);
        progress.push(receivedBytes);
      },
    });
    expect(backbone).toMatchObject({ hash: expectedHash, source: 'mini/vit', config: { heads: 2, name: 'mini/vit' } });
    expect(progress.at(-1)).toBe(weights.length);
    const model = join(folder, 'hub', 'models--mini--vit');
    expect(await readFile(join(model, 'refs', 'main'), 'utf8')).toBe(commit);
    expect((await readdir(join(model, 'blobs'))).sort()).toEqual([sha256(weights), gitHash(config)].sort());
    expect(await readlink(join(model, 'snapshots', commit, 'model.safetensors'))).toBe(
      join('..', '..', 'blobs', sha256(weights)),
    );

    requests = [];
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect((await openBackbone('mini/vit')).hash).toBe(expectedHash);
    expect((await openBackbone(`mini/vit@${commit}`)).hash).toBe(expectedHash);
    expect(requests).toEqual([]);
  });

  test('a text encoder comes with what lies beside its weights, and is not whole without its tokenizer', async () => {
    const { tensors, config, tokenizer } = miniBert();
    const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    behaviour.files = {
      'model.safetensors': writeSafetensors(tensors),
      'config.json': json(config),
      'tokenizer.json': json(tokenizer),
      '1_Pooling/config.json': json({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }),
    };
    const encoder = await openTextBackbone('mini/vit');
    expect(encoder).toMatchObject({ config: { pooling: 'first' }, source: 'mini/vit' });
    requests = [];
    expect((await openTextBackbone('mini/vit')).hash).toBe(encoder.hash);
    expect(requests).toEqual([]);
    await rm(join(folder, 'hub', 'models--mini--vit', 'snapshots', commit, 'tokenizer.json'));
    expect((await openTextBackbone('mini/vit')).hash).toBe(encoder.hash);
  });

  test('a connection that breaks is taken up where it broke', async () => {
    behaviour.cuts = [1000, 500];
    expect((await openBackbone('mini/vit')).hash).toBe(expectedHash);
    expect(ranges).toEqual([undefined, 'bytes=1000-', 'bytes=1500-']);
  });

  test('a run that was stopped leaves its part, and the next run goes on from it', async () => {
    behaviour.cuts = [1000];
    const stop = new AbortController();
    const reason = new Error('stopped by the user');
    const onProgress = ({ file }: { file: string }) => {
      if (file.endsWith('.safetensors')) stop.abort(reason);
    };
    await expect(openBackbone('mini/vit', { signal: stop.signal, onProgress })).rejects.toBe(reason);
    const partial = join(folder, 'hub', 'models--mini--vit', 'blobs', `${sha256(weights)}.incomplete`);
    const kept = (await readFile(partial)).length;
    expect(kept).toBeGreaterThan(0);
    expect((await openBackbone('mini/vit')).hash).toBe(expectedHash);
    expect(ranges).toEqual([undefined, `bytes=${kept}-`]);
  });

  test('two that fetch the same model at once both get it whole from one download', async () => {
    behaviour.cuts = [2000, 1000];
    const both = await Promise.all([openBackbone('mini/vit'), openBackbone('mini/vit')]);
    for (const backbone of both) expect(backbone.hash).toBe(expectedHash);
    const blobs = await readdir(join(folder, 'hub', 'models--mini--vit', 'blobs'));
    expect(blobs.sort()).toEqual([sha256(weights), gitHash(config)].sort());
    expect(ranges).toEqual([undefined, 'bytes=2000-', 'bytes=3000-']);
  });

  test('a server without ranges sends the whole file again', async () => {
    behaviour.cuts = [1000];
    behaviour.ranges = false;
    expect((await openBackbone('mini/vit')).hash).toBe(expectedHash);
    expect(ranges).toEqual([undefined, 'bytes=1000-']);
  });

  test('a download that keeps breaking says how far it came', async () => {
    behaviour.cuts = [1000, 0, 0, 0];
    expect(await refusal(openBackbone('mini/vit'))).toMatch(
      new RegExp(
        `mini/vit/model.safetensors broke off after 1000 of ${weights.length} bytes .*run again to go on from there`,
      ),
    );
  });

  test('a damaged download is refused and not kept, not even its part', async () => {
    behaviour.corrupt = true;
    expect(await refusal(openBackbone('mini/vit'))).toContain('mini/vit/model.safetensors arrived damaged');
    const blobs = await readdir(join(folder, 'hub', 'models--mini--vit', 'blobs'));
    expect(blobs.filter((name) => name.startsWith(sha256(weights)))).toEqual([]);
    behaviour.corrupt = false;
    expect((await openBackbone('mini/vit')).hash).toBe(expectedHash);
  });

  test('shards are fetched by their index', async () => {
    const tensors = [...miniTimm()];
    const parts = { 'a.safetensors': tensors.slice(0, 5), 'b.safetensors': tensors.slice(5) };
    const weightMap = Object.fromEntries(
      Object.entries(parts).flatMap(([file, part]) => part.map(([name]) => [name, file])),
    );
    behaviour.files = {
      'config.json': config,
      'model.safetensors.index.json': new TextEncoder().encode(JSON.stringify({ weight_map: weightMap })),
      'a.safetensors': writeSafetensors(new Map(parts['a.safetensors'])),
      'b.safetensors': writeSafetensors(new Map(parts['b.safetensors'])),
    };
    expect((await openBackbone('mini/vit')).hash).toBe(expectedHash);
  });

  test('a token opens a gated model; without one, and for an unknown model, one sentence says so', async () => {
    behaviour.token = 'hf_secret';
    expect(await refusal(openBackbone('mini/vit'))).toContain('set HF_TOKEN if it is gated');
    vi.stubEnv('HF_TOKEN', 'hf_secret');
    expect(await refusal(openBackbone('mini/unknown'))).toMatch(/has no model mini\/unknown; check the name/);
    expect((await openBackbone('mini/vit')).hash).toBe(expectedHash);
  });

  test('a model without safetensors, no network, and offline without a cache each get one sentence', async () => {
    behaviour.files = { 'config.json': config };
    expect(await refusal(openBackbone('mini/vit'))).toContain('has no model.safetensors on the hub');
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1');
    expect(await refusal(openBackbone('mini/vit'))).toMatch(
      /^mini\/vit is not in the cache at .* and http:\/\/127\.0\.0\.1:1 cannot be used \(.*\); connect/,
    );
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    requests = [];
    expect(await refusal(openBackbone('mini/vit'))).toContain('HF_HUB_OFFLINE forbids the network');
    expect(requests).toEqual([]);
  });

  test('a cache that Python filled serves as it is, without its config too', async () => {
    const snapshot = join(folder, 'hub', 'models--mini--vit', 'snapshots', commit);
    await mkdir(join(snapshot, '../../refs'), { recursive: true });
    await mkdir(snapshot, { recursive: true });
    await writeFile(join(snapshot, '../../refs/main'), commit);
    await writeFile(join(snapshot, 'model.safetensors'), weights);
    expect((await openBackbone('mini/vit', { heads: 2 })).hash).toBe(expectedHash);
    expect(requests).toEqual([]);
  });
});
