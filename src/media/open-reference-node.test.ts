import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isDuetError } from '../errors.ts';
import { encodedClip } from './encoded-clip.test-data.ts';
import { loadNativeCodecs } from './native-codecs-node.ts';
import { openMedia } from './open-media-node.ts';
import { openReference } from './open-reference-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'duet-reference-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rate = 1000;
const ramp = Int16Array.from({ length: 2 * rate }, (_, i) => i);

/** A 16-bit WAV file of one channel. */
function wav(samples: Int16Array): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer)]);
}

async function still(path: string, level: number, orientation = 1): Promise<void> {
  const raw = { width: 6, height: 4, channels: 3 as const };
  await sharp(Buffer.alloc(72, level), { raw }).withMetadata({ orientation }).toFile(path);
}

async function sentenceOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(isDuetError(error), String(error)).toBe(true);
  return (error as Error).message;
}

beforeAll(async () => {
  writeFileSync(at('ramp.wav'), wav(ramp));
  await still(at('tall.jpg'), 90, 6);
  mkdirSync(at('frames'));
  for (const [name, level] of [
    ['f10.png', 200],
    ['f2.png', 100],
    ['f1.png', 50],
    ['f3.png', 150],
  ] as const) {
    await still(join(at('frames'), name), level);
  }
  writeFileSync(join(at('frames'), 'notes.txt'), 'not a picture');
  mkdirSync(at('none'));
  writeFileSync(at('none/picture.bmp'), 'BM');
  await still(at('large.jpg'), 90);
  const large = readFileSync(at('large.jpg'));
  // Height and width in the frame header (ITU-T T.81, SOF0).
  for (const place of [5, 7]) large.writeUInt16BE(16_383, large.indexOf('\xff\xc0', 0, 'latin1') + place);
  writeFileSync(at('large.jpg'), large);
});

test('a picture and a sound: the picture upright at any time, the sound unchanged', async () => {
  const media = await openReference({ kind: 'pair', image: at('tall.jpg'), audio: at('ramp.wav') });
  expect(media).toMatchObject({
    duration: 2,
    video: { width: 4, height: 6, rotation: 90 },
    audio: { sampleRate: rate, channels: 1 },
  });
  const [first, last] = await media.readFrames([0, 1.9]);
  expect([first!.width, first!.height, first!.data.length]).toEqual([4, 6, 72]);
  expect(first).toEqual(last);
  const { samples } = await media.readWaveform(0.5, 0.503);
  expect([...samples].map((sample) => Math.round(sample * 32768))).toEqual([500, 501, 502]);
  await media.close();
});

test('a folder of pictures: in the order of their numbers, spread over the sound or at a given rate', async () => {
  const reference = { kind: 'frames', folder: at('frames'), audio: at('ramp.wav') } as const;
  const levels = async (framesPerSecond: number | undefined, times: number[]) => {
    const media = await openReference(framesPerSecond === undefined ? reference : { ...reference, framesPerSecond });
    const pictures = await media.readFrames(times);
    await media.close();
    return [media.duration, pictures.map(({ data }) => data[0])];
  };
  expect(await levels(undefined, [-1, 0, 0.499, 0.5, 1.2, 1.5, 9])).toEqual([2, [50, 50, 50, 100, 150, 200, 200]]);
  expect(await levels(1, [0, 0.99, 1, 3.5])).toEqual([4, [50, 50, 100, 200]]);
});

describe.skipIf(!loadNativeCodecs())('a stretch of a video', () => {
  const luma = (index: number) => 40 + index * 30;
  beforeAll(async () => {
    const sound = { sampleRate: rate, channels: 1, packets: [{ time: 0, samples: ramp }] };
    const picture = { width: 32, height: 32, times: [0, 0.5, 1, 1.5], end: 2, luma, codec: 'vp8' } as const;
    writeFileSync(at('clip.mkv'), await encodedClip({ container: 'mkv', ...picture, sound }));
  });

  test('its time 0 is the start, and there is silence outside', async () => {
    const media = await openReference({ kind: 'video', path: at('clip.mkv'), start: 0.6, end: 1.6 });
    expect(media.duration).toBeCloseTo(1, 9);
    const pictures = await media.readFrames([0, 0.3, 0.4, 0.95, 5]);
    expect(pictures.map(({ data }) => Math.round(((data[0]! * 219) / 255 - 24) / 30))).toEqual([1, 1, 2, 3, 3]);
    const { samples } = await media.readWaveform(-0.1, 1.2);
    expect(samples).toHaveLength(1300);
    expect(Math.round(samples[99]! * 32768)).toBe(0);
    expect(Math.round(samples[100]! * 32768)).toBe(600);
    expect(Math.round(samples[1099]! * 32768)).toBe(1599);
    expect(samples.slice(1100).every((sample) => sample === 0)).toBe(true);
    await media.close();
  });

  test('it ends with the file, if it is asked for beyond', async () => {
    const media = await openReference({ kind: 'video', path: at('clip.mkv'), start: 0.6, end: 30 });
    expect(media.duration).toBeCloseTo(1.4, 9);
    await media.close();
  });

  test.each([
    [{ start: 3 }, /lasts 2\.000 s/],
    [{ start: 1, end: 1 }, /end after it/],
    [{ start: -1 }, /start from 0/],
  ])('a stretch that is not there: %j', async (stretch, pattern) => {
    expect(await sentenceOf(openReference({ kind: 'video', path: at('clip.mkv'), ...stretch }))).toMatch(pattern);
  });
});

test.each([
  [{ kind: 'pair', image: at('ramp.wav'), audio: at('ramp.wav') }, /cannot be read as a picture/],
  [{ kind: 'pair', image: at('large.jpg'), audio: at('ramp.wav') }, /large\.jpg cannot be read as a picture .*pixel/],
  [{ kind: 'pair', image: at('absent.png'), audio: at('ramp.wav') }, /does not exist/],
  [{ kind: 'frames', folder: at('none'), audio: at('ramp.wav') }, /holds no pictures/],
  [{ kind: 'frames', folder: at('absent'), audio: at('ramp.wav') }, /not a folder/],
  [{ kind: 'frames', folder: at('frames'), audio: at('ramp.wav'), framesPerSecond: 0 }, /above 0/],
] as const)('a reference that cannot be opened: %j', async (reference, pattern) => {
  expect(await sentenceOf(openReference(reference))).toMatch(pattern);
});

describe.skipIf(process.platform === 'win32')('with an ffmpeg that fails', () => {
  test('its last line is part of the one sentence', async () => {
    const path = process.env.PATH;
    mkdirSync(at('bin'));
    writeFileSync(
      at('bin/ffmpeg'),
      '#!/bin/sh\necho "Something before" >&2\necho "No such codec in here" >&2\nexit 1\n',
    );
    chmodSync(at('bin/ffmpeg'), 0o755);
    writeFileSync(at('broken.flv'), Buffer.from('FLV\x01\x05\0\0\0\x09\0\0\0\0', 'latin1'));
    try {
      process.env.PATH = at('bin');
      expect(await sentenceOf(openMedia(at('broken.flv')))).toMatch(
        /broken\.flv cannot be decoded by ffmpeg \(No such codec in here\)/,
      );
    } finally {
      process.env.PATH = path;
    }
  });
});
