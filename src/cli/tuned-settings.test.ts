import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sessionOptions } from './session-options.ts';
import { readTunedSettings, tunedSettingsPath, writeTunedSettings } from './tuned-settings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-tuned-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('each machine finds its own entry again, in a folder that was made for it', async () => {
  const environment = { DUET_CONFIG: join(folder, 'new', 'deep') };
  expect(readTunedSettings(environment, 'A')).toBeUndefined();
  await writeTunedSettings({ threads: 3, activationBytes: 5e6 }, environment, 'A');
  await writeTunedSettings({ threads: 7 }, environment, 'B');
  expect(readTunedSettings(environment, 'A')).toEqual({ threads: 3, activationBytes: 5e6 });
  expect(readTunedSettings(environment, 'B')).toEqual({ threads: 7 });
});

test('a damaged file is as good as none, and can be replaced', async () => {
  const environment = { DUET_CONFIG: folder };
  await writeFile(tunedSettingsPath(environment), '{"version": 1, "machines": {"A": {"threads": -2}}}');
  expect(readTunedSettings(environment, 'A')).toBeUndefined();
  await writeTunedSettings({ threads: 2 }, environment, 'A');
  expect(readTunedSettings(environment, 'A')).toEqual({ threads: 2 });
});

test('what is found later is added to what is known of a machine', async () => {
  const environment = { DUET_CONFIG: join(folder, 'added') };
  await writeTunedSettings({ threads: 3, activationBytes: 5e6 }, environment, 'A');
  await writeTunedSettings({ provider: 'webgpu' }, environment, 'A');
  expect(readTunedSettings(environment, 'A')).toEqual({ threads: 3, activationBytes: 5e6, provider: 'webgpu' });
});

test('a known provider computes where none is given, and its threads are its own', () => {
  const known = { provider: 'webgpu', threads: 3 } as const;
  expect(sessionOptions({ provider: 'auto', threads: undefined, precision: 'float32' }, known)).toEqual({
    provider: 'webgpu',
    precision: 'float32',
  });
  expect(sessionOptions({ provider: 'cpu', threads: undefined, precision: 'float32' }, known)).toMatchObject({
    provider: 'cpu',
    threads: 3,
  });
});

test('tuned threads hold on the CPU, where none are given', async () => {
  const environment = { DUET_CONFIG: folder };
  await writeTunedSettings({ threads: 5 }, environment);
  const tuned = readTunedSettings(environment);
  expect(sessionOptions({ provider: 'auto', threads: undefined, precision: 'float32' }, tuned)).toMatchObject({
    threads: 5,
  });
  expect(sessionOptions({ provider: 'cpu', threads: 2, precision: 'float32' }, tuned)).toMatchObject({
    provider: 'cpu',
    threads: 2,
  });
  expect(
    sessionOptions({ provider: 'webgpu', threads: undefined, precision: 'float32' }, tuned).threads,
  ).toBeUndefined();
});
