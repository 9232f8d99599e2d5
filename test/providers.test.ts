// What computes where nothing is said.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { machineName } from '../src/cli/tuned-settings.ts';
import { duet, newFolder, small } from './duet.ts';

type Tuned = { readonly machines: Readonly<Record<string, { readonly provider?: string }>> };

async function trained(folder: string, run: string): Promise<string> {
  const recipe = ['--recipe', 'reference', '--epochs', '1', '--batch', '12'];
  const argv = ['train', inject('shared').data, '--out', join(folder, run), ...recipe, ...small];
  const ended = await duet(argv, { environment: { DUET_CONFIG: folder }, seconds: 240 });
  expect(ended.code, ended.error).toBe(0);
  return ended.error;
}

test('the first training tries what computes fastest, says so and keeps it for the next', async () => {
  const folder = await newFolder('providers');
  const told = await trained(folder, 'first');
  const [, name] = /^Computing on (the CPU|\w+), from now on: /m.exec(told) ?? [];
  expect(name, told).toBeDefined();
  const { machines } = JSON.parse(await readFile(join(folder, 'tuned.json'), 'utf8')) as Tuned;
  expect(Object.values(machines)).toEqual([{ provider: name === 'the CPU' ? 'cpu' : name }]);
  expect(await trained(folder, 'second')).not.toContain('from now on');
});

test('data that is not there is reported before anything is tried', async () => {
  const folder = await newFolder('providers-no-data');
  const ended = await duet(['train', join(folder, 'absent'), '--out', join(folder, 'run')], {
    environment: { DUET_CONFIG: folder },
  });
  expect(ended.code).toBe(1);
  expect(ended.error).toMatch(/^duet: There is no data at .*\n$/);
});

test('a provider that no longer computes is reported, and the CPU takes its place', async () => {
  const folder = await newFolder('providers-gone');
  await mkdir(folder, { recursive: true });
  const provider = platform() === 'win32' ? 'coreml' : 'dml';
  await writeFile(
    join(folder, 'tuned.json'),
    JSON.stringify({ version: 1, machines: { [machineName()]: { provider } } }),
  );
  const told = await trained(folder, 'run');
  expect(told).toMatch(/^(coreml|directml), which was fastest here, cannot be used \(.+\); on the CPU instead\.$/m);
  expect(told).toMatch(/^ +computed on +cpu$/m);
});
