import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messageOf } from '../errors.ts';
import type { MediaReference } from '../media/media.ts';
import { openReference } from '../media/open-reference-node.ts';
import { prepareCacheFolder } from './cache-folder-node.ts';
import { colourIntake } from './colour-intake.test-data.ts';
import { compileDataLayer } from './compile.test-data.ts';
import { writeClips } from './generated-clips.test-data.ts';
import { openDataset } from './open-dataset-node.ts';
import { openFeed } from './open-feed-node.ts';

let folder: string;
let compiled: ReturnType<typeof compileDataLayer>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-workers-'));
  await writeClips(join(folder, 'data'), { cat: 12, dog: 12 }, 1.5);
  compiled = compileDataLayer();
  await writeFile(
    join(compiled.folder, 'intake.mjs'),
    `export { colourIntake as openIntake } from '${compiled.moduleUrl('colour-intake.test-data')}';`,
  );
  await writeFile(
    join(compiled.folder, 'child.mjs'),
    `import { createHash } from 'node:crypto';
     import { openFeed } from '${compiled.moduleUrl('open-feed-node')}';
     import { openIntake } from './intake.mjs';
     import { openDataset } from '${compiled.moduleUrl('open-dataset-node')}';
     const [path, cacheFolder, workers, task] = process.argv.slice(2);
     const origin = { module: new URL('./intake.mjs', import.meta.url).href, argument: 'colour' };
     const feed = await openFeed({ dataset: await openDataset(path), intake: openIntake('colour'), origin, batchSize: 5, cacheFolder, workers: Number(workers) });
     if (task === 'prepare') await feed.prepare({ onProgress: ({ done }) => console.log('done', done) });
     const hash = createHash('sha256');
     for await (const { arrays, rows } of feed.batches('train', { name: 'train', seed: 3, epoch: 2 }))
       hash.update(arrays.samples).update(arrays.colour).update(JSON.stringify(rows));
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
  const feed = await openFeed({
    dataset,
    intake: colourIntake(),
    batchSize: 5,
    cacheFolder: join(folder, 'cache-here'),
  });
  const hash = createHash('sha256');
  for await (const { arrays, rows } of feed.batches('train', { name: 'train', seed: 3, epoch: 2 }))
    hash.update(arrays.samples!).update(arrays.colour!).update(JSON.stringify(rows));
  return hash.digest('hex');
}

test('no worker, one and two give the same epoch bit for bit, also while filling one cache at once, and the process ends without close', async () => {
  const runs = await Promise.all([
    run('cache-0', 0, 'train'),
    run('cache-shared', 1, 'train'),
    run('cache-shared', 2, 'train'),
  ]);
  const output = `${await expectedHash()} 0`;
  expect(runs).toEqual(runs.map(() => ({ output, signal: null })));
});

test('a process killed in the middle of filling the cache leaves one that the next run completes and uses rightly', async () => {
  const killed = await run('cache-killed', 2, 'prepare', (line) => line === 'done 8');
  expect(killed.signal).toBe('SIGKILL');
  const entries = async () =>
    (await readdir(join(folder, 'cache-killed'), { recursive: true })).filter((name) => name.endsWith('.reading'));
  const kept = (await entries()).length;
  expect(kept).toBeGreaterThanOrEqual(8);
  expect(kept).toBeLessThan(24);
  expect((await run('cache-killed', 2, 'train')).output).toBe(`${await expectedHash()} 0`);
});

test('a loading thread that dies is one clear sentence', async () => {
  const { openBatchPool } = (await import(
    compiled.moduleUrl('batch-pool-node')
  )) as typeof import('./batch-pool-node.ts');
  const pool = openBatchPool({
    folder: '',
    intake: colourIntake(),
    origin: { module: 'data:text/javascript,throw 1', argument: null },
    workers: 1,
  });
  await expect(pool.make({ rows: [], pass: { name: 'train', seed: 0, epoch: 0 }, clips: [] })).rejects.toThrow(
    /A loading thread stopped unexpectedly \(.*\); run again/,
  );
  await pool.close();
});

test.skipIf(process.platform === 'win32')(
  'a clip that hangs its decoder is given up, and the next one gets a new decoder',
  async () => {
    const { openDecoderPool } = (await import(
      compiled.moduleUrl('decoder-pool-node')
    )) as typeof import('./decoder-pool-node.ts');
    const cache = join(folder, 'cache-hanging');
    await prepareCacheFolder(cache);
    // Reading a pipe that nobody writes to never ends.
    execFileSync('mkfifo', [join(folder, 'pipe.mp4')]);
    const pool = await openDecoderPool({
      options: { folder: cache, intakeKey: 'colour', missing: 'error' },
      intake: colourIntake(),
      origin: { module: pathToFileURL(join(compiled.folder, 'intake.mjs')).href, argument: 'colour' },
      processes: 1,
      patienceMs: 3000,
    });
    const stem = join(folder, 'data/cat/0');
    const outcomes = await Promise.all([
      pool.ensure({ kind: 'video', path: join(folder, 'pipe.mp4') }),
      pool.ensure({ kind: 'pair', image: `${stem}.png`, audio: `${stem}.wav` }),
    ]);
    expect(outcomes).toMatchObject([
      { reason: expect.stringMatching(/crashed or hung at it \(SIGKILL\)/) },
      { key: expect.any(String) },
    ]);
    pool.close();
  },
);

test('a decoding process that cannot start says why', async () => {
  const { openDecoderPool } = (await import(
    compiled.moduleUrl('decoder-pool-node')
  )) as typeof import('./decoder-pool-node.ts');
  const pool = await openDecoderPool({
    options: { folder: '', intakeKey: 'colour', missing: 'error' },
    intake: colourIntake(),
    origin: { module: pathToFileURL(join(compiled.folder, 'no-such-module.mjs')).href, argument: null },
    processes: 1,
  });
  await expect(pool.ensure({ kind: 'video', path: 'a.mp4' })).rejects.toThrow(
    /cannot start \(exit code 1\)(.|\n)*no-such-module/,
  );
  pool.close();
});

test('media read in a process of their own are what they are here, and one that blocks it is stopped', async () => {
  await appendFile(
    join(compiled.folder, 'dist/data/media-process-node.js'),
    "\nprocess.on('message', ({ reference }) => { while (reference?.audio.endsWith('dog/5.wav')); });",
  );
  const { openMediaReader } = (await import(
    compiled.moduleUrl('media-reader-node')
  )) as typeof import('./media-reader-node.ts');
  const clip = (name: string): MediaReference => {
    const stem = join(folder, 'data', name);
    return { kind: 'pair', image: `${stem}.png`, audio: `${stem}.wav`, start: 0.25 };
  };
  const reader = await openMediaReader(5000);
  const apart = await reader.open(clip('cat/0'));
  const here = await openReference(clip('cat/0'));
  const same = async () => {
    expect(await apart.readFrames([0, 1])).toEqual(await here.readFrames([0, 1]));
    expect(await apart.readWaveform(-0.5, 1)).toEqual(await here.readWaveform(-0.5, 1));
    expect(await apart.readChannels(0, 0.5)).toEqual(await here.readChannels(0, 0.5));
  };
  expect({ ...apart, readFrames: 0, readWaveform: 0, readChannels: 0, close: 0 }).toEqual({
    ...here,
    ...{ readFrames: 0, readWaveform: 0, readChannels: 0, close: 0 },
  });
  await same();
  await expect(reader.open(clip('dog/5'))).rejects.toThrow(/dog\/5\.wav blocks or crashes its decoder \(SIGKILL\)/);
  await same();
  await expect(reader.open(clip('dog/none'))).rejects.toThrow(/dog\/none\.png does not exist/);
  const controller = new AbortController();
  const blocked = reader.open(clip('dog/5'), controller.signal);
  setTimeout(() => controller.abort(new Error('enough')), 300);
  const begun = Date.now();
  await expect(blocked).rejects.toThrow('enough');
  expect(Date.now() - begun).toBeLessThan(4500);
  await same();
  reader.close();
  await here.close();
}, 60_000);

test('a check of the data in processes finds what one in the caller’s thread does, also about a file that ends its process', async () => {
  const { checkData } = (await import(compiled.moduleUrl('check-data-node'))) as typeof import('./check-data-node.ts');
  const options = { cacheFolder: join(folder, 'cache-check') };
  const whole = await checkData(join(folder, 'data'), { ...options, workers: 2 });
  expect(whole).toEqual(await checkData(join(folder, 'data'), { ...options, workers: 0 }));
  expect([whole.clips, whole.broken, whole.duplicates]).toEqual([24, [], []]);
  await appendFile(
    join(compiled.folder, 'dist/data/probe-process-node.js'),
    "\nprocess.on('message', ({ audio }) => audio.endsWith('dog/5.wav') && process.abort());",
  );
  const { broken } = await checkData(join(folder, 'data'), { ...options, workers: 2 });
  expect(broken).toMatchObject([
    { id: 'dog/5.png+dog/5.wav', reason: expect.stringMatching(/crashed or hung at it \(SIGABRT\)/) },
  ]);
}, 60_000);

test('a process that holds more memory than it may is stopped, and says so', async () => {
  const { openProcessPool } = (await import(
    compiled.moduleUrl('process-pool-node')
  )) as typeof import('./process-pool-node.ts');
  const pool = openProcessPool<{ ask: string }, string>({
    script: new URL(compiled.moduleUrl('media-process-node')),
    ...{ processes: 1, patienceMs: 30_000, memoryBytes: 2 ** 20, crashed: (how) => how },
  });
  // The first orders may be answered before anybody has looked.
  let said: unknown;
  do said = await pool.run({ ask: 'start' }).catch(messageOf);
  while (typeof said !== 'string');
  expect(said).toMatch(/more than 1 MiB of memory/);
  pool.close();
});

test('a process that dies as an order is sent to it costs that order and not the program', async () => {
  const { openProcessPool } = (await import(
    compiled.moduleUrl('process-pool-node')
  )) as typeof import('./process-pool-node.ts');
  const script = new URL(compiled.moduleUrl('media-process-node'));
  const crashed = (how: string) => how;
  const pool = openProcessPool<{ ask: string }, unknown>({ script, processes: 1, patienceMs: 30_000, crashed });
  await pool.run({ ask: 'start' });
  const children = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'media-process'], { encoding: 'utf8' });
  for (const pid of children.trim().split('\n')) process.kill(Number(pid), 'SIGKILL');
  // Long enough for the process to be gone, without a turn in which this one could hear of it.
  execFileSync('sleep', ['0.2']);
  expect(await pool.run({ ask: 'start' })).toBe('SIGKILL');
  expect(await pool.run({ ask: 'start' })).toEqual({ done: true });
  pool.close();
});
