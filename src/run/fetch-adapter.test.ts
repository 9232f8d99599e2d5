import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSafetensors } from '../files/safetensors.ts';
import { recipeNamed } from '../systems/registry.ts';
import { encodeAdapter } from '../weights/adapter-files.ts';
import { parseBackbone } from '../weights/backbone.ts';
import { miniTimm } from '../weights/mini-vit.test-data.ts';
import { adapterFilesOf } from './adapter.ts';
import { fetchAdapter } from './fetch-adapter.ts';
import { freshRun } from './train.ts';

const weights = writeSafetensors(miniTimm(), {});
const files = new Map<string, string | Uint8Array>([['/mini.safetensors', weights]]);
const server = createServer(({ url = '' }, response) => {
  const file = files.get(url);
  response.writeHead(file === undefined ? 404 : 200).end(file);
});
let base: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test('an adapter is fetched with its backbone; what is absent or no JSON is named', async () => {
  const backbone = `${base}/mini.safetensors`;
  const backboneConfig = { num_attention_heads: 2 };
  const known = {
    labels: ['cat', 'dog'],
    backbone: parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 }),
  };
  const { system, settings } = await recipeNamed('duet');
  const open = system.open(settings, known);
  const { parameters } = freshRun(open, known, 1);
  const encoded = encodeAdapter(adapterFilesOf(open.fold(parameters), { system, open, settings, known }), 'a');
  await expect(fetchAdapter(`${base}/run`, { backbone })).rejects.toThrow('cannot be fetched (status 404)');
  files.set('/run/adapter_config.json', '{');
  files.set('/run/adapter_model.safetensors', encoded.model);
  await expect(fetchAdapter(`${base}/run`, { backbone })).rejects.toThrow(/adapter_config.json is not JSON .*own file/);
  files.set('/run/adapter_config.json', encoded.config);
  const arrived: string[] = [];
  const adapter = await fetchAdapter(`${base}/run/`, {
    backbone,
    backboneConfig,
    onFile: (name) => arrived.push(name),
  });
  expect(adapter.known.labels).toEqual(['cat', 'dog']);
  expect(arrived).toHaveLength(3);
});
