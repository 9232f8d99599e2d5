// That every reader reads its whole files, and a first few damaged ones; `npm run fuzz` tries many.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../src/random.ts';
import { endingOf } from './ending.ts';
import { mutate } from './mutate.ts';
import { readers } from './readers.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-fuzz-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(readers)('$name: whole files are read, damaged ones read or refused', async (reader) => {
  const own = join(folder, reader.name);
  await mkdir(own);
  const read = async (name: string, bytes: Uint8Array) => {
    for (const other of (await reader.beside?.(own)) ?? []) await writeFile(join(own, other.name), other.bytes);
    await writeFile(join(own, name), bytes);
    return endingOf(() => reader.read(join(own, name), bytes));
  };
  for (const { name, bytes } of await reader.seeds(own)) {
    expect(await read(name, bytes), name).toEqual({ kind: 'read' });
    for (let index = 0; index < 10; index++) {
      const damaged = mutate(bytes, reader.kind, createRandom(0, 'fuzz test', reader.name, index));
      expect((await read(name, damaged)).kind, `${name}, damage ${index}`).not.toBe('fault');
    }
  }
});

test('the same seed makes the same damage, and leaves the whole file alone', () => {
  const whole = Buffer.from('{"version": 1, "splits": {"train": ["a"]}}');
  const before = whole.toString();
  const damage = () => Buffer.from(mutate(whole, 'text', createRandom(1, 'fuzz', 2))).toString();
  expect(damage()).toBe(damage());
  expect(whole.toString()).toBe(before);
});
