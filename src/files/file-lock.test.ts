import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFileLock } from './file-lock.ts';

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

test('the lock of a dead process is taken over at once, one without signs of life after a while', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  await writeFile(lock, String(pid));
  expect(await withFileLock(lock, async () => 'taken', undefined, { heartbeat: 10, patience: 600_000 })).toBe('taken');
  await writeFile(lock, String(process.pid));
  expect(await withFileLock(lock, async () => 'taken', undefined, { heartbeat: 10, patience: 50 })).toBe('taken');
});

test('a holder that shows life is waited for beyond the patience, and waiting can be stopped', async () => {
  const timing = { heartbeat: 10, patience: 100 };
  const holding = withFileLock(lock, () => wait(400), undefined, timing);
  const started = performance.now();
  const stop = AbortSignal.timeout(250);
  await expect(withFileLock(lock, async () => undefined, stop, timing)).rejects.toThrow('timeout');
  expect(performance.now() - started).toBeGreaterThan(200);
  await holding;
});
