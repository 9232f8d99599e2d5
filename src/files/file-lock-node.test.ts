import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFileLock } from './file-lock-node.ts';
import { thisProcess } from './lock-owner-node.ts';

let folder: string;
let lock: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-lock-'));
  lock = join(folder, 'a.lock');
});
afterEach(() => rm(folder, { recursive: true }));

test('holders follow one another, also after one that fails, and leave no lock', async () => {
  let inside = 0;
  const results = await Promise.allSettled(
    [1, 2, 3, 4].map((number) =>
      withFileLock(lock, async () => {
        expect(++inside).toBe(1);
        await wait(10);
        inside--;
        if (number === 2) throw new Error('failed');
        return number;
      }),
    ),
  );
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message))).toEqual([
    1,
    'failed',
    3,
    4,
  ]);
  expect(await readdir(folder)).toEqual([]);
});

const refuse = () => new Error('in use');
const impatient = { heartbeat: 10, patience: 50 };
const patient = { heartbeat: 10, patience: 600_000 };

test.skipIf(process.platform !== 'linux')(
  'the lock of a process that has ended is taken over at once, also where a later one has its number',
  async () => {
    const owner = await thisProcess();
    const { pid } = spawnSync(process.execPath, ['--version']);
    for (const ended of [
      { ...owner, pid },
      { ...owner, started: '1' },
    ]) {
      await writeFile(lock, JSON.stringify(ended));
      expect(await withFileLock(lock, async () => 'taken', { timing: patient, refuse })).toBe('taken');
    }
    expect(await readdir(folder)).toEqual([]);
  },
);

test('the lock of another container or machine, or one that is not whole, is taken over after a while without signs of life', async () => {
  const owner = await thisProcess();
  const { pid } = spawnSync(process.execPath, ['--version']);
  for (const text of [
    JSON.stringify({ ...owner, pid, namespace: 'pid:[1]' }),
    JSON.stringify({ ...owner, boot: 'another', pid }),
    '{"host":',
    String(process.pid),
  ]) {
    await writeFile(lock, text);
    const began = performance.now();
    expect(await withFileLock(lock, async () => 'taken', { timing: impatient, refuse })).toBe('taken');
    expect(performance.now() - began).toBeGreaterThan(impatient.patience);
  }
});

test('a living holder is refused to others where that is asked for, also one of another container, by its signs of life', async () => {
  const asked = () => withFileLock(lock, async () => 'taken', { timing: { heartbeat: 10, patience: 10_000 }, refuse });
  await withFileLock(
    lock,
    async () => {
      await expect(asked()).rejects.toThrow('in use');
      // The heartbeat goes on while the owner cannot be seen.
      await writeFile(lock, JSON.stringify({ ...(await thisProcess()), namespace: 'pid:[1]' }));
      await expect(asked()).rejects.toThrow('in use');
    },
    { timing: patient },
  );
});

test('a lock that another process has taken over is left to it', async () => {
  await withFileLock(lock, () => writeFile(lock, 'of another'));
  expect(await readFile(lock, 'utf8')).toBe('of another');
});

test('a holder that shows life is waited for beyond the patience, and waiting can be stopped', async () => {
  const timing = { heartbeat: 10, patience: 100 };
  const waited = await withFileLock(
    lock,
    async () => {
      const began = performance.now();
      const signal = AbortSignal.timeout(250);
      await expect(withFileLock(lock, async () => undefined, { signal, timing })).rejects.toThrow('timeout');
      return performance.now() - began;
    },
    { timing },
  );
  expect(waited).toBeGreaterThan(200);
});
