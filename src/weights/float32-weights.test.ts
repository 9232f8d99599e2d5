import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeSafetensors } from '../files/safetensors.ts';
import { openSafetensors } from '../files/safetensors-file-node.ts';
import { type Backbone, parseBackbone } from './backbone.ts';
import { withFloat32Weights } from './float32-weights-node.ts';
import { asHuggingFace } from './mini-vit.test-data.ts';

// ViT-Micro comes with the package, in float16.
const micro = fileURLToPath(new URL('../../assets/vit_micro_patch16_224/model.safetensors', import.meta.url));
const backboneOf = (path: string) => parseBackbone({ name: 'vit', tensors: openSafetensors(path).tensors });
const large = /^blocks\.\d+\.(attn\.qkv|attn\.proj|mlp\.fc1|mlp\.fc2)\.weight$/;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-float32-'));
});
afterEach(() => rm(folder, { recursive: true }));

function sameNumbers(one: Backbone, other: Backbone): void {
  expect([...one.weights.keys()]).toEqual([...other.weights.keys()]);
  for (const [name, { shape, data }] of one.weights) {
    expect(shape).toEqual(other.weights.get(name)!.shape);
    // One assertion a tensor: comparing element by element in JavaScript takes seconds.
    expect(
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(bytesOf(other.weights.get(name)!.data)),
      name,
    ).toBe(true);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);

test('float16 weights become one float32 file, whose numbers lie where it says, and which is made once', async () => {
  const cache = join(folder, 'cache');
  const original = backboneOf(micro);
  const backbone = await withFloat32Weights(original, { folder: cache, smallest: 0 });
  sameNumbers(backbone, original);
  expect([...backbone.weights].filter(([, { location }]) => location).map(([name]) => name)).toEqual(
    [...original.weights.keys()].filter((name) => large.test(name)),
  );
  const [file, ...others] = await readdir(cache);
  expect(others).toEqual([]);
  const { mtimeMs, size } = await stat(join(cache, file!));
  expect(file).toMatch(new RegExp(`^${backbone.hash}-\\d+\\.safetensors$`));
  await withFloat32Weights(backboneOf(micro), { folder: cache, smallest: 0 });
  expect((await stat(join(cache, file!))).mtimeMs).toBe(mtimeMs);
  // A file that was cut off is made again.
  await truncate(join(cache, file!), size - 1000);
  sameNumbers(await withFloat32Weights(backboneOf(micro), { folder: cache, smallest: 0 }), original);
  expect((await stat(join(cache, file!))).size).toBe(size);
});

test('Hugging Face’s query, key and value in float16 are joined in that file, which is the same as timm’s', async () => {
  const path = join(folder, 'hf.safetensors');
  await writeFile(path, writeSafetensors(asHuggingFace(new Map(openSafetensors(micro).tensors), 'old')));
  const cache = join(folder, 'cache');
  const backbone = await withFloat32Weights(backboneOf(path), { folder: cache, smallest: 0 });
  expect(backbone.weights.get('blocks.0.attn.qkv.weight')!.location?.file).toBe((await readdir(cache))[0]);
  await withFloat32Weights(backboneOf(micro), { folder: cache, smallest: 0 });
  expect(await readdir(cache)).toHaveLength(1);
  sameNumbers(backbone, backboneOf(micro));
});

test('small backbones, and all where the cache cannot be written, are kept in memory', async () => {
  await writeFile(join(folder, 'file'), '');
  for (const options of [{ folder: join(folder, 'cache') }, { folder: join(folder, 'file', 'cache'), smallest: 0 }]) {
    const backbone = await withFloat32Weights(backboneOf(micro), options);
    expect([...backbone.weights.values()].some(({ location, leftInFile }) => location ?? leftInFile)).toBe(false);
    sameNumbers(backbone, backboneOf(micro));
  }
  expect(await readdir(folder)).toEqual(['file']);
});
