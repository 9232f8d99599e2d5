import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { refusal } from '../refusal.test-data.ts';
import { type IndexDescription, type IndexWriter, writeIndex } from './index-folder-node.ts';
import { compactIndex, openIndex } from './open-index-node.ts';

const made: IndexDescription = { models: { backbone: 'first' }, kinds: { picture: 4, sound: 2 } };
let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'duet-index-')), 'index');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

/** A file of so many windows, its vectors drawn by its name; the sound of every second window is missing. */
function drawn(path: string, count: number) {
  const random = createRandom(path);
  const picture = Float32Array.from({ length: 4 * count }, () => Math.round(random.normal() * 64) / 64);
  const sound = Float32Array.from({ length: 2 * count }, (_, i) =>
    Math.floor(i / 2) % 2 === 1 ? 0 : 1 + Math.round(random.uniform() * 64) / 64,
  );
  const windows = Array.from({ length: count }, (_, i): [number, number] => [5 * i, 5 * i + 10]);
  return { file: { path, size: 10, modified: 1, hash: `hash ${path}` }, windows, vectors: { picture, sound } };
}

async function addAll(writer: IndexWriter, ...files: readonly (readonly [string, number])[]): Promise<void> {
  for (const [path, count] of files) {
    const { file, windows, vectors } = drawn(path, count);
    await writer.add(file, windows, vectors);
  }
}

/** Every window that the index finds, with its picture's vector. */
async function contents(): Promise<Record<string, readonly number[]>> {
  const index = await openIndex(folder);
  const rows = Array.from({ length: index.state.rows }, (_, row) => row).filter(index.isAlive);
  return Object.fromEntries(
    rows.map((row) => {
      const { path, start } = index.windowOf(row);
      return [`${path}@${start}`, [...index.vector('picture', row)]];
    }),
  );
}

function expected(...files: readonly (readonly [string, number])[]): Record<string, readonly number[]> {
  return Object.fromEntries(
    files.flatMap(([path, count]) => {
      const { windows, vectors } = drawn(path, count);
      return windows.map(([start], i) => [`${path}@${start}`, [...vectors.picture.subarray(4 * i, 4 * i + 4)]]);
    }),
  );
}

test('what was added, in one go or several, is found with its windows and exact products', async () => {
  await writeIndex(folder, made, (writer) => addAll(writer, ['a.mp4', 3], ['silent.mp4', 0]));
  await writeIndex(folder, made, (writer) => addAll(writer, ['b.mp4', 2]));
  expect(await contents()).toEqual(expected(['a.mp4', 3], ['b.mp4', 2]));
  const index = await openIndex(folder);
  expect(index.models).toEqual(made.models);
  const scores = index.scores('sound', Float32Array.of(1, 2));
  const { sound } = drawn('a.mp4', 3).vectors;
  expect([...scores.subarray(0, 3)]).toEqual([sound[0]! + 2 * sound[1]!, Number.NaN, sound[4]! + 2 * sound[5]!]);
  expect(() => index.scores('smell', Float32Array.of(1))).toThrow(/no vectors of the kind 'smell' \(picture, sound\)/);
});

test('a kill at any byte of log or vectors loses the file that was being added and no other', async () => {
  await writeIndex(folder, made, (writer) => addAll(writer, ['a.mp4', 3]));
  const before = await readFile(join(folder, 'files-0.jsonl'));
  await writeIndex(folder, made, (writer) => addAll(writer, ['b.mp4', 2]));
  const [log, picture] = [await readFile(join(folder, 'files-0.jsonl')), await readFile(join(folder, 'picture-0.f16'))];
  for (let end = before.length; end < log.length; end += 7) {
    await writeFile(join(folder, 'files-0.jsonl'), log.subarray(0, end));
    // Its vectors come first; some of them, or all, are there.
    await writeFile(join(folder, 'picture-0.f16'), picture.subarray(0, 24 + (end % 17)));
    expect(await contents()).toEqual(expected(['a.mp4', 3]));
    await writeIndex(folder, made, (writer) => addAll(writer, ['c.mp4', 1], ['b.mp4', 2]));
    expect(await contents()).toEqual(expected(['a.mp4', 3], ['c.mp4', 1], ['b.mp4', 2]));
  }
});

test('moved files keep their vectors, those that are gone are not found, and compacting leaves them out', async () => {
  await writeIndex(folder, made, async (writer) => {
    await addAll(writer, ['gone.mp4', 4], ['a.mp4', 3], ['b.mp4', 2]);
    await writer.note({ kind: 'gone', path: 'gone.mp4' });
    await writer.note({ kind: 'moved', from: 'b.mp4', path: 'c.mp4', size: 10, modified: 2 });
    await writer.note({ kind: 'file', ...writer.state.files.get('a.mp4')!, path: 'copy of a.mp4' });
    await writer.note({ kind: 'failed', path: 'bad.mp4', size: 1, modified: 1, error: 'cut short' });
  });
  const moved = Object.entries(expected(['a.mp4', 3], ['b.mp4', 2])).map(([key, value]) => [
    key.replace('b.mp4', 'c.mp4'),
    value,
  ]);
  for (const rows of [9, 5]) {
    expect(await contents()).toEqual(Object.fromEntries(moved));
    const { state } = await openIndex(folder);
    expect(state.rows).toBe(rows);
    expect([...state.files.keys()].sort()).toEqual(['a.mp4', 'c.mp4', 'copy of a.mp4']);
    expect(state.failed.get('bad.mp4')?.error).toBe('cut short');
    await compactIndex(folder);
  }
  expect((await readdir(folder)).sort()).toEqual(['files-2.jsonl', 'index.json', 'picture-2.f16', 'sound-2.f16']);
});

test('an index of other models is never mixed with, and made again on request', async () => {
  await writeIndex(folder, made, (writer) => addAll(writer, ['a.mp4', 3]));
  const other = { ...made, models: { backbone: 'second' } };
  const add = (writer: IndexWriter) => addAll(writer, ['b.mp4', 1]);
  expect(await refusal(writeIndex(folder, other, add))).toBe(
    `The index ${folder} was made with first as its backbone and not with second; use the same, or make it again with --rebuild.`,
  );
  expect(await contents()).toEqual(expected(['a.mp4', 3]));
  await writeIndex(folder, other, add, { rebuild: true });
  expect(await contents()).toEqual(expected(['b.mp4', 1]));
});

test('a second process that writes is refused, and nothing of the first is lost', async () => {
  await writeIndex(folder, made, async (writer) => {
    await addAll(writer, ['a.mp4', 1]);
    const second = writeIndex(folder, made, (other) => addAll(other, ['b.mp4', 1]));
    expect(await refusal(second)).toMatch(/^Another process is writing to the index/);
    await addAll(writer, ['c.mp4', 1]);
  });
  expect(await contents()).toEqual(expected(['a.mp4', 1], ['c.mp4', 1]));
});

test('folders and files that are no index, or a damaged one, are refused in one sentence', async () => {
  await mkdir(folder);
  expect(await refusal(openIndex(folder))).toMatch(/holds no index; make one with "duet index"/);
  await writeFile(join(folder, 'holiday.mp4'), '');
  const nothing = async () => undefined;
  expect(await refusal(writeIndex(folder, made, nothing))).toMatch(/holds other files, such as holiday.mp4/);
  await rm(join(folder, 'holiday.mp4'));

  await writeIndex(folder, made, (writer) => addAll(writer, ['a.mp4', 3]));
  const log = join(folder, 'files-0.jsonl');
  const whole = await readFile(log, 'utf8');
  await writeFile(log, `${whole.slice(0, 20)}\n${whole}`);
  expect(await refusal(openIndex(folder))).toMatch(/^Line 1 of .*files-0.jsonl is damaged; make the index again/);
  await writeFile(log, whole);

  await truncate(join(folder, 'sound-0.f16'), 4);
  const shorter = /sound-0.f16 is shorter than its index says; make the index again with --rebuild/;
  expect(await refusal(openIndex(folder))).toMatch(shorter);
  expect(await refusal(writeIndex(folder, made, nothing))).toMatch(shorter);

  await writeFile(join(folder, 'index.json'), JSON.stringify({ ...made, format: 0, generation: 0 }));
  expect(await refusal(openIndex(folder))).toMatch(/is of version 0 and this Duet reads version 1/);
});

test('an addition whose vectors do not fit is a fault of the program and changes nothing', async () => {
  await writeIndex(folder, made, async (writer) => {
    await addAll(writer, ['a.mp4', 1]);
    const { file, windows, vectors } = drawn('b.mp4', 2);
    const wrong = { ...vectors, sound: new Float32Array(2) };
    await expect(writer.add(file, windows, wrong)).rejects.toThrow('sound needs 2 vectors of 2 numbers');
    await addAll(writer, ['c.mp4', 1]);
  });
  expect(await contents()).toEqual(expected(['a.mp4', 1], ['c.mp4', 1]));
});
