import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type NamedTensor, writeSafetensors } from '../files/safetensors.ts';
import { openSafetensors } from '../files/safetensors-file-node.ts';
import { parseBackbone } from './backbone.ts';
import { backboneMemory } from './backbone-memory-node.ts';
import { miniTimm } from './mini-vit.test-data.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-memory-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (path: string) => writeFile(path, writeSafetensors(miniTimm()));
const memoryOf = (path: string) => backboneMemory(openSafetensors(path), { folder: join(folder, 'kept'), smallest: 1 });

test('a hash is recalled for the same file and the same heads, until the file is written again', async () => {
  const path = join(folder, 'mini.safetensors');
  await write(path);
  expect((await memoryOf(path))!.recall(2)).toBeUndefined();
  await (await memoryOf(path))!.remember(2, 'the hash');
  await (await memoryOf(path))!.remember(4, 'another');
  const memory = (await memoryOf(path))!;
  expect([memory.recall(2), memory.recall(4), memory.recall(8)]).toEqual(['the hash', 'another', undefined]);
  await rm(path);
  await write(path);
  expect((await memoryOf(path))!.recall(2)).toBeUndefined();
});

test('small backbones, and those in memory, are not remembered', async () => {
  const path = join(folder, 'mini.safetensors');
  await write(path);
  expect(await backboneMemory(openSafetensors(path))).toBeUndefined();
  expect(await backboneMemory({ tensors: miniTimm() }, { smallest: 1 })).toBeUndefined();
});

test('with its hash recalled, a backbone is the same, and its large weights are not read before they are used', () => {
  const { tensors } = openSafetensors(
    fileURLToPath(new URL('../../assets/vit_micro_patch16_224/model.safetensors', import.meta.url)),
  );
  const read = new Set<string>();
  const watched = new Map(
    [...tensors].map(([name, tensor]): [string, NamedTensor] => [
      name,
      {
        ...{ dtype: tensor.dtype, shape: tensor.shape, ...(tensor.location && { location: tensor.location }) },
        get bytes() {
          read.add(name);
          return tensor.bytes;
        },
      },
    ]),
  );
  const known = parseBackbone({ name: 'micro', tensors });
  const again = parseBackbone({ name: 'micro', tensors: watched, recall: () => known.hash });
  expect(read).not.toContain('blocks.3.mlp.fc1.weight');
  expect(read).toContain('blocks.3.mlp.fc1.bias');
  expect(again.hash).toBe(known.hash);
  expect(again.weights.get('blocks.3.mlp.fc1.weight')!.data).toEqual(
    known.weights.get('blocks.3.mlp.fc1.weight')!.data,
  );
  expect([...again.weights.keys()]).toEqual([...known.weights.keys()]);
});
