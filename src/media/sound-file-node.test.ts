import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import type { Channels } from '../signal/waveform.ts';
import { openMedia } from './open-media-node.ts';
import { writeSoundFile } from './sound-file-node.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-sound-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { normal } = createRandom('sound file');
const noise = (length: number) => Float32Array.from({ length }, normal);

async function* inBlocks(sound: Channels, sizes: readonly number[]): AsyncGenerator<Channels> {
  let start = 0;
  for (const size of sizes) {
    yield sound.map((samples) => samples.subarray(start, start + size));
    start += size;
  }
}

test.each([
  [16_000, 1],
  [44_100, 2],
  [48_000, 6],
])('a WAV file of %d Hz and %d channels holds the samples as they are, also beyond 1', async (sampleRate, channels) => {
  const sound = Array.from({ length: channels }, () => noise(3001));
  const path = join(folder, `${channels}.wav`);
  await writeSoundFile(path, inBlocks(sound, [1000, 0, 2001]), { sampleRate, channels }, 1);
  const media = await openMedia(path);
  expect(media.audio).toMatchObject({ sampleRate, channels });
  const read = await media.readChannels(0, 3001 / sampleRate);
  await media.close();
  expect(read.channels).toEqual(sound);
});

test('a file that might pass 4 GB is RF64, and is read like another', async () => {
  const path = join(folder, 'large.wav');
  const sound = [noise(500)];
  await writeSoundFile(path, inBlocks(sound, [500]), { sampleRate: 16_000, channels: 1 }, 20 * 3600);
  expect((await readFile(path)).toString('latin1', 0, 4)).toBe('RF64');
  const media = await openMedia(path);
  expect((await media.readChannels(0, 500 / 16_000)).channels).toEqual(sound);
  await media.close();
});

test('a sound that breaks off or has no folder to go to leaves no file', async () => {
  async function* broken(): AsyncGenerator<Channels> {
    yield [noise(10)];
    throw new Error('broken off');
  }
  const before = await readdir(folder);
  const path = join(folder, 'broken.wav');
  const elsewhere = join(folder, 'none', 'sound.wav');
  const format = { sampleRate: 8000, channels: 1 };
  await expect(writeSoundFile(elsewhere, inBlocks([noise(1)], [1]), format, 1)).rejects.toThrow(
    /folder does not exist/,
  );
  await expect(writeSoundFile(path, broken(), format, 1)).rejects.toThrow('broken off');
  expect(await readdir(folder)).toEqual(before);
});
