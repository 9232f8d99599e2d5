import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkRunFolder, emptyRunFolder, withFolderLock } from './run-folder-node.ts';

const temporary = '.history.json.01234567-89ab-cdef-0123-456789abcdef.tmp';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-run-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (...names: string[]) => Promise.all(names.map((name) => writeFile(join(folder, name), '')));
const locked = <Result>(action: () => Promise<Result>) =>
  withFolderLock({ folder, out: 'runs/first', work: 'training' }, action);

test('a run that is replaced stays one until its new config.json is written, so that a kill between loses no folder', async () => {
  await write('config.json', 'splits.json', 'checkpoint.safetensors', 'adapter_model.safetensors', 'notes.txt');
  await expect(checkRunFolder(folder, false)).rejects.toThrow(/already holds a run; .*--force/);
  await checkRunFolder(folder, true);
  await emptyRunFolder(folder);
  expect((await readdir(folder)).toSorted()).toEqual(['config.json', 'notes.txt']);
  await checkRunFolder(folder, true);
});

test('what a run leaves that was killed before it wrote anything is in nobody’s way, other files are', async () => {
  await write('.lock', temporary);
  await checkRunFolder(folder, false);
  await write('thesis.txt');
  await expect(checkRunFolder(folder, true)).rejects.toThrow(/holds other files and no run/);
});

test('a locked folder refuses a second training by the name that was typed, and is clean before and after', async () => {
  await write(temporary, '.hidden.tmp');
  await mkdir(join(folder, 'sub'));
  await locked(async () => {
    expect((await readdir(folder)).toSorted()).toEqual(['.hidden.tmp', '.lock', 'sub']);
    await expect(locked(async () => undefined)).rejects.toThrow(
      `runs/first is in use by another training (process ${process.pid} on `,
    );
  });
  expect((await readdir(folder)).toSorted()).toEqual(['.hidden.tmp', 'sub']);
});
