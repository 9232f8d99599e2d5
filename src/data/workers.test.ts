import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileDataLayer } from './compile.test-data.ts';
import { smallSettings, writeClips } from './generated-clips.test-data.ts';
import { openBatches } from './open-batches-node.ts';
import { openDataset } from './open-dataset-node.ts';

let folder: string;
let compiled: ReturnType<typeof compileDataLayer>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-workers-'));
  await writeClips(join(folder, 'data'), { cat: 12, dog: 12 }, 1.5);
  compiled = compileDataLayer();
  await writeFile(
    join(compiled.folder, 'child.mjs'),
    `import { createHash } from 'node:crypto';
     import { openBatches } from '${compiled.moduleUrl('open-batches-node')}';
     import { openDataset } from '${compiled.moduleUrl('open-dataset-node')}';
     const [path, cacheFolder, workers, task] = process.argv.slice(2);
     const settings = ${JSON.stringify(smallSettings)};
     const feed = await openBatches({ dataset: await openDataset(path), settings, batchSize: 5, seed: 3, cacheFolder, workers: Number(workers) });
     if (task === 'prepare') await feed.prepare({ onProgress: ({ done }) => console.log('done', done) });
     const hash = createHash('sha256');
     for await (const { images, spectrograms, labels, soundIds } of feed.train(2))
       hash.update(images).update(spectrograms).update(labels).update(soundIds.join());
     console.log(hash.digest('hex'), feed.skipped.length);`,
  );
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  if (compiled) await rm(compiled.folder, { recursive: true, force: true });
});

/** Runs the child until it exits by itself, or kills it as soon as it prints a line that `killAt` accepts. */
function run(
  cache: string,
  workers: number,
  task: string,
  killAt = (_line: string) => false,
): Promise<{ output: string; signal: string | null }> {
  const child = spawn(process.execPath, [
    join(compiled.folder, 'child.mjs'),
    join(folder, 'data'),
    join(folder, cache),
    String(workers),
    task,
  ]);
  let output = '';
  child.stderr.on('data', (data) => {
    output += data;
  });
  child.stdout.on('data', (data) => {
    output += data;
    if (output.split('\n').some(killAt)) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.on('close', (_, signal) => resolve({ output: output.trim(), signal })));
}

async function expectedHash(): Promise<string> {
  const dataset = await openDataset(join(folder, 'data'));
  const feed = await openBatches({ dataset, settings: smallSettings, batchSize: 5, seed: 3, cacheFolder: join(folder, 'cache-here') });
  const hash = createHash('sha256');
  for await (const { images, spectrograms, labels, soundIds } of feed.train(2))
    hash.update(images).update(spectrograms).update(labels).update(soundIds.join());
  return hash.digest('hex');
}

test('one and two workers and none give the same epoch bit for bit, and the process ends by itself without close', async () => {
  const expected = `${await expectedHash()} 0`;
  for (const workers of [0, 1, 2]) expect(await run(`cache-${workers}`, workers, 'train')).toEqual({ output: expected, signal: null });
});

test('a process killed in the middle of filling the cache leaves one that the next run completes and uses rightly', async () => {
  const killed = await run('cache-killed', 2, 'prepare', (line) => line === 'done 8');
  expect(killed.signal).toBe('SIGKILL');
  const entries = async () =>
    (await readdir(join(folder, 'cache-killed'), { recursive: true })).filter((name) => name.endsWith('.features'));
  const kept = (await entries()).length;
  expect(kept).toBeGreaterThanOrEqual(8);
  expect(kept).toBeLessThan(24);
  expect((await run('cache-killed', 2, 'train')).output).toBe(`${await expectedHash()} 0`);
});

test('two processes may fill one cache at once', async () => {
  const expected = `${await expectedHash()} 0`;
  const both = await Promise.all([run('cache-shared', 1, 'train'), run('cache-shared', 1, 'train')]);
  expect(both.map(({ output }) => output)).toEqual([expected, expected]);
});

test('a worker that dies is one clear sentence', async () => {
  const { openLoaderPool } = (await import(compiled.moduleUrl('loader-pool-node'))) as typeof import('./loader-pool-node.ts');
  const pool = await openLoaderPool({ folder: join(folder, 'cache-dying'), settings: undefined as never, missing: 'error' }, 1);
  await expect(pool.load({ items: [], augmentation: undefined })).rejects.toThrow(
    /A loading worker stopped unexpectedly \(.*\); run again/,
  );
  await pool.close();
});
