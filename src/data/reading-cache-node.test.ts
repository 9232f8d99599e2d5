import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DuetError } from '../errors.ts';
import type { MediaReference } from '../media/media.ts';
import { openReference } from '../media/open-reference-node.ts';
import { cacheSize, clearCache, defaultCacheFolder, prepareCacheFolder, readingPath } from './cache-folder-node.ts';
import { colourIntake } from './colour-intake.test-data.ts';
import { writeClip } from './generated-clips.test-data.ts';
import { poolClosed } from './process-pool-node.ts';
import { openReadingCache } from './reading-cache-node.ts';
import { openReadingFile } from './reading-file-node.ts';

let folder: string;
let decoded: number;
let clip: MediaReference;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-cache-'));
  decoded = 0;
  await prepareCacheFolder(join(folder, 'cache'));
  await writeClip(join(folder, 'a/0'), 2.5);
  clip = { kind: 'pair', image: join(folder, 'a/0.png'), audio: join(folder, 'a/0.wav') };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (intake = colourIntake(), fail?: Error, retryFailed = false) =>
  openReadingCache({
    folder: join(folder, 'cache'),
    intake,
    intakeKey: intake.key,
    missing: 'error',
    retryFailed,
    openReference: async (reference) => {
      decoded++;
      if (fail) throw fail;
      return openReference(reference);
    },
  });

async function keyOf(cache: ReturnType<typeof open>, reference = clip): Promise<string> {
  const outcome = await cache.ensure(reference);
  if (outcome.key === undefined) throw new Error(outcome.reason);
  return outcome.key;
}

async function entryFiles(): Promise<string[]> {
  const names = await readdir(join(folder, 'cache'), { recursive: true });
  return names.filter((name) => name.endsWith('.reading')).map((name) => join(folder, 'cache', name));
}

test('a clip is decoded once, also after it moved', async () => {
  const key = await keyOf(open());
  await rename(join(folder, 'a'), join(folder, 'b'));
  expect(await keyOf(open(), { kind: 'pair', image: join(folder, 'b/0.png'), audio: join(folder, 'b/0.wav') })).toBe(
    key,
  );
  expect(decoded).toBe(1);
});

test('other content of the same size and time is another entry, and so are other settings', async () => {
  const key = await keyOf(open());
  const { atime, mtime } = await stat(join(folder, 'a/0.wav'));
  const bytes = await readFile(join(folder, 'a/0.wav'));
  bytes[2000]! ^= 1;
  await writeFile(join(folder, 'a/0.wav'), bytes);
  await utimes(join(folder, 'a/0.wav'), atime, mtime);
  expect(await keyOf(open())).not.toBe(key);
  expect(await keyOf(open(colourIntake('other')))).not.toBe(key);
  expect(await keyOf(open(colourIntake({ size: 48 })))).not.toBe(key);
  expect(decoded).toBe(4);
});

test('an entry holds arrays by name with their shapes, equal ones once', async () => {
  const cache = open();
  const key = await keyOf(cache);
  const entry = await openReadingFile(readingPath(join(folder, 'cache'), key));
  expect(entry.names).toEqual(['pixels', 'again', 'samples', 'counts']);
  expect(entry.header.arrays.again!.offset).toBe(entry.header.arrays.pixels!.offset);
  expect(await entry.get('pixels')).toMatchObject({ shape: [56 * 40 * 3], data: expect.any(Uint8Array) });
  expect(await entry.get('samples')).toMatchObject({ shape: [64], data: expect.any(Float32Array) });
  expect((await entry.get('counts')).data).toEqual(BigInt64Array.of(BigInt(56 * 40 * 3)));
  await entry.close();
});

test.each([0, 1, 40, 200, 3000])('an entry cut to %i bytes is noticed and made again', async (length) => {
  const cache = open();
  const key = await keyOf(cache);
  const [file] = await entryFiles();
  const whole = await readFile(file!);
  await truncate(file!, length);
  expect(await keyOf(cache)).toBe(key);
  expect(await readFile(file!)).toEqual(whole);
  await truncate(file!, length);
  await cache.remake(key, clip);
  expect(await readFile(file!)).toEqual(whole);
});

test('frames with a sound are a clip whose content depends on the order of its frames', async () => {
  for (const index of [0, 1, 2, 3, 4]) await writeClip(join(folder, 'source', String(index)), 2.5);
  await mkdir(join(folder, 'frames'));
  for (const index of [0, 1, 2, 3, 4])
    await rename(join(folder, `source/${index}.png`), join(folder, `frames/00${index}.png`));
  await rename(join(folder, 'source/0.wav'), join(folder, 'frames/sound.wav'));
  const frames: MediaReference = {
    kind: 'frames',
    folder: join(folder, 'frames'),
    audio: join(folder, 'frames/sound.wav'),
    framesPerSecond: 2,
  };
  const key = await keyOf(open(), frames);
  await rename(join(folder, 'frames/004.png'), join(folder, 'frames/0005.png'));
  expect(await keyOf(open(), frames)).not.toBe(key);
});

test('a damaged byte in any part is noticed when that part is read', async () => {
  const cache = open();
  const key = await keyOf(cache);
  const [file] = await entryFiles();
  const whole = await readFile(file!);
  const damage = async (position: number) => {
    const bytes = Buffer.from(whole);
    bytes[position]! ^= 0x10;
    await writeFile(file!, bytes);
  };
  await damage(100);
  await keyOf(cache);
  expect(await readFile(file!)).toEqual(whole);
  await damage(whole.length - 10);
  const entry = await openReadingFile(readingPath(join(folder, 'cache'), key));
  await expect(entry.get('counts').then(() => entry.get('samples'))).rejects.toThrow();
  await entry.close();
});

test('a clip that cannot be decoded is tried once, and its reason names it where it is now', async () => {
  await writeFile(join(folder, 'a/0.wav'), 'this is no sound');
  const first = await open().ensure(clip);
  expect(first).toMatchObject({ reason: expect.stringContaining('0.wav') });
  expect(decoded).toBe(1);
  await rename(join(folder, 'a'), join(folder, 'b'));
  const again = await open().ensure({ kind: 'pair', image: join(folder, 'b/0.png'), audio: join(folder, 'b/0.wav') });
  expect(again).toMatchObject({ reason: expect.stringContaining(join(folder, 'b/0.wav')) });
  expect(decoded).toBe(1);
  await open(colourIntake(), undefined, true).ensure({
    kind: 'pair',
    image: join(folder, 'b/0.png'),
    audio: join(folder, 'b/0.wav'),
  });
  expect(decoded).toBe(2);
});

test('a passing trouble is not remembered', async () => {
  expect(await open(colourIntake(), new Error('out of memory')).ensure(clip)).toEqual({ reason: 'out of memory' });
  expect(await open(colourIntake(), new DuetError('AVI needs ffmpeg on the PATH.')).ensure(clip)).toMatchObject({
    reason: expect.stringMatching(/ffmpeg/),
  });
  await keyOf(open());
});

test('a file that is not there is a reason, not an error', async () => {
  expect(await open().ensure({ kind: 'video', path: join(folder, 'none.mp4') })).toEqual({
    reason: 'The file does not exist.',
  });
});

test('a cache that cannot be written is one clear sentence', async () => {
  await expect(prepareCacheFolder(join(folder, 'a/0.wav/cache'))).rejects.toThrow(
    /cache of readings .* cannot be written/,
  );
});

test('a disk that refuses to be written stops the run instead of skipping clips', async () => {
  await writeFile(join(folder, 'cache/clips'), 'in the way of the folder');
  await expect(open().ensure(clip)).rejects.toThrow(/cache of readings .* cannot be written .*set DUET_CACHE/);
});

test('what a crashed process left is removed once it is old', async () => {
  const left = join(folder, 'cache/unfinished/123-abc');
  await writeFile(left, 'half');
  await prepareCacheFolder(join(folder, 'cache'));
  expect(await readFile(left, 'utf8')).toBe('half');
  await utimes(left, 0, 0);
  await prepareCacheFolder(join(folder, 'cache'));
  await expect(stat(left)).rejects.toThrow();
});

test('the cache tells its size and can be emptied', async () => {
  await keyOf(open());
  const { files, bytes } = await cacheSize(join(folder, 'cache'));
  expect(files).toBe(3);
  expect(bytes).toBeGreaterThan((await stat((await entryFiles())[0]!)).size);
  await clearCache(join(folder, 'cache'));
  expect(await cacheSize(join(folder, 'cache'))).toMatchObject({ files: 0, bytes: 0 });
});

test('the cache lies where the environment says', () => {
  expect(defaultCacheFolder({ DUET_CACHE: '/d', XDG_CACHE_HOME: '/x' })).toBe(join('/d', 'readings'));
  expect(defaultCacheFolder({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'duet', 'readings'));
  expect(defaultCacheFolder({})).toMatch(/\.cache.duet.readings$/);
});

test('a clip whose decoding was stopped is decoded the next time', async () => {
  expect(await open(undefined, new DuetError(poolClosed)).ensure(clip)).toEqual({ reason: poolClosed });
  expect(await keyOf(open())).toBeTruthy();
  expect(decoded).toBe(2);
});
