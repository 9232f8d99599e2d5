import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openProcessPool } from './process-pool-node.ts';

test('what a process sent before its pool was closed keeps no program waiting', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duet-pool-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const script = join(folder, 'lively.mjs');
  await writeFile(script, 'setInterval(() => process.send({ alive: true }), 1);');
  const patienceMs = 54_321;
  const clocks = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => clocks.mockRestore());
  const started = () => clocks.mock.calls.filter(([, delay]) => delay === patienceMs).length;

  const pool = openProcessPool<string, string>({
    ...{ script: pathToFileURL(script), processes: 1, patienceMs },
    crashed: (how) => how,
  });
  const order = pool.run('never answered').catch(() => 'closed');
  await vi.waitUntil(() => started() > 1, { timeout: 30_000 });
  // Long enough for messages to lie in the pipe.
  const since = performance.now();
  while (performance.now() < since + 50);
  pool.close();
  const before = started();
  await wait(50);
  expect(started()).toBe(before);
  expect(await order).toBe('closed');
});
