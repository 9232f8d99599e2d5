// Small files of kinds that public bug reports name, beside the repository; each README says what is right.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Media } from './media.ts';
import { loadNativeCodecs } from './native-codecs-node.ts';
import { openMedia } from './open-media-node.ts';
import { openReference } from './open-reference-node.ts';

const folder = join(import.meta.dirname, '../../../shared/bugs');

async function withMedia(
  path: string,
  look: (media: Media) => Promise<void>,
  stretch: { start?: number; end?: number } = {},
): Promise<void> {
  const media = await openReference({ kind: 'video', path: join(folder, path), ...stretch });
  try {
    await look(media);
  } finally {
    await media.close();
  }
}

/** The colour at a frame's centre. */
async function colourAt(media: Media, time: number): Promise<number[]> {
  const [frame] = await media.readFrames([time]);
  const { width, height, data } = frame!;
  const centre = 3 * ((height >> 1) * width + (width >> 1));
  return [...data.subarray(centre, centre + 3)];
}

function expectColour(found: readonly number[], right: readonly number[], tolerance = 30): void {
  for (const [channel, value] of right.entries())
    expect(Math.abs(found[channel]! - value), `${found}`).toBeLessThan(tolerance);
}

/** Seconds at which sound begins after at least a tenth of a second of silence. */
async function beepsIn(media: Media, from: number, to: number): Promise<number[]> {
  const { samples, sampleRate } = await media.readWaveform(from, to);
  const beeps: number[] = [];
  let quiet = sampleRate;
  for (const [index, sample] of samples.entries()) {
    if (Math.abs(sample) < 0.05) quiet++;
    else {
      if (quiet > sampleRate / 10) beeps.push(from + index / sampleRate);
      quiet = 0;
    }
  }
  return beeps;
}

function expectBeeps(found: readonly number[], right: readonly number[]): void {
  expect(found).toHaveLength(right.length);
  // A codec smears what begins suddenly.
  for (const [index, time] of right.entries()) expect(Math.abs(found[index]! - time), `${found}`).toBeLessThan(0.003);
}

/** Changes every time stamp of a transport stream (ISO/IEC 13818-1, 2.4.3.7) in place; gives the smallest before. */
function moveClock(bytes: Buffer, move: (clock: number, start: number) => number): number {
  const stamps: number[] = [];
  for (let packet = 0; packet + 188 <= bytes.length; packet += 188) {
    const begins = (bytes[packet + 1]! & 0x40) !== 0;
    const payload = packet + 4 + ((bytes[packet + 3]! & 0x20) !== 0 ? 1 + bytes[packet + 4]! : 0);
    if (!begins || bytes.readUIntBE(payload, 3) !== 1) continue;
    const flags = bytes[payload + 7]! >> 6;
    if (flags & 2) stamps.push(payload + 9);
    if (flags === 3) stamps.push(payload + 14);
  }
  const read = (place: number) =>
    ((bytes[place]! >> 1) & 7) * 2 ** 30 +
    (bytes.readUInt16BE(place + 1) >> 1) * 2 ** 15 +
    (bytes.readUInt16BE(place + 3) >> 1);
  const start = Math.min(...stamps.map(read));
  for (const place of stamps) {
    const clock = move(read(place), start);
    bytes[place] = (bytes[place]! & 0xf1) | (Math.floor(clock / 2 ** 30) << 1);
    bytes.writeUInt16BE((Math.floor(clock / 2 ** 15) % 2 ** 15) * 2 + 1, place + 1);
    bytes.writeUInt16BE((clock % 2 ** 15) * 2 + 1, place + 3);
  }
  return start;
}

describe.skipIf(!existsSync(folder) || !loadNativeCodecs())('files in ../shared/bugs', () => {
  test('what precedes the first key frame shows the first frame that can be decoded, under whole sound', () =>
    withMedia('11-ts-no-first-keyframe/cut.ts', async (media) => {
      const [first, before, shown] = await media.readFrames([0, 1.1, 1.21]);
      expect(first).toEqual(shown);
      expect(before).toEqual(shown);
      const { samples } = await media.readWaveform(0, 1);
      expect(samples.some((sample) => Math.abs(sample) > 0.01)).toBe(true);
    }));

  test('an MPEG-TS whose clock passes its largest value is read as one whose clock does not', async () => {
    const path = join(folder, '11-ts-no-first-keyframe/cut.ts');
    const wrapped = join(mkdtempSync(join(tmpdir(), 'duet-clock-')), 'wrapped.ts');
    const bytes = readFileSync(path);
    const before = await openMedia(path);
    // Two seconds before the wrap.
    const first = moveClock(bytes, (clock, start) => (clock - start + 2 ** 33 - 180_000) % 2 ** 33);
    expect(first).toBeGreaterThan(0);
    writeFileSync(wrapped, bytes);
    const after = await openMedia(wrapped);
    expect(after.duration).toBeCloseTo(before.duration, 6);
    for (const [from, to] of [
      [0, 1],
      [1.5, 2.5],
    ] as const)
      expect(await after.readWaveform(from, to)).toEqual(await before.readWaveform(from, to));
    expect(await after.readFrames([1.5, 2.5])).toEqual(await before.readFrames([1.5, 2.5]));
    await before.close();
    await after.close();
    rmSync(dirname(wrapped), { recursive: true });
  });

  test('a stretch that reaches past the end is what is there of it', () =>
    withMedia('06-end-past-file/clip.mp4', async (media) => expect(media.duration).toBeCloseTo(1, 1), {
      start: 3,
      end: 30,
    }));

  test('two edits play one after the other, without what lies between them', () =>
    withMedia('01-two-edits/two-edits.mp4', async (media) => {
      expect(media.duration).toBeCloseTo(3, 2);
      const [red, blue, white] = [
        [255, 0, 0],
        [0, 0, 255],
        [255, 255, 255],
      ];
      for (const [time, colour] of [
        [0, red],
        [0.95, red],
        [1, blue],
        [1.95, blue],
        [2.05, white],
        [3, white],
      ] as const)
        expectColour(await colourAt(media, time), colour!);
      expectBeeps(await beepsIn(media, 0, 3), [0.5, 1.5, 2.5]);
      expectBeeps(await beepsIn(media, 1.2, 2.2), [1.5]);
    }));

  test('MP3 without its encoder’s delay and padding', () =>
    withMedia('09-mp3-delay/beep-at-0.5s.mp3', async (media) => {
      expect(media.duration).toBeCloseTo(1, 4);
      expectBeeps(await beepsIn(media, 0, 1), [0.5]);
    }));

  test('MP3 files joined by their bytes are read to the end of the last', async () => {
    const one = readFileSync(join(folder, '09-mp3-delay/beep-at-0.5s.mp3'));
    const path = join(mkdtempSync(join(tmpdir(), 'duet-joined-')), 'joined.mp3');
    writeFileSync(path, Buffer.concat([one, one]));
    const media = await openMedia(path);
    expect(media.duration).toBeGreaterThan(2);
    expect(await beepsIn(media, 0, media.duration)).toHaveLength(2);
    await media.close();
    rmSync(dirname(path), { recursive: true });
  });

  test('Ogg Opus has the same moment in the same place wherever reading began', () =>
    withMedia('10-ogg-opus/beeps.opus', async (media) => {
      expect(media.duration).toBeCloseTo(40, 3);
      expectBeeps(await beepsIn(media, 0, 3), [0.5, 1.5, 2.5]);
      expectBeeps(await beepsIn(media, 29, 33), [29.5, 30.5, 31.5, 32.5]);
      expectBeeps(await beepsIn(media, 35, 37), [35.5, 36.5]);
    }));

  test('Ogg Opus whose clock begins later than 0 begins after its pre-skip as well', async () => {
    const bytes = readFileSync(join(folder, '10-ogg-opus/beeps.opus'));
    for (let page = 0; page >= 0; page = bytes.indexOf('OggS', page + 1)) {
      const granule = bytes.readBigInt64LE(page + 6);
      if (granule > 0n) bytes.writeBigInt64LE(granule + 5n * 48_000n, page + 6);
    }
    const path = join(mkdtempSync(join(tmpdir(), 'duet-clock-')), 'later.opus');
    writeFileSync(path, bytes);
    const media = await openMedia(path);
    expect(media.duration).toBeCloseTo(40, 3);
    expectBeeps(await beepsIn(media, 0, 2), [0.5, 1.5]);
    expectBeeps(await beepsIn(media, 35, 37), [35.5, 36.5]);
    await media.close();
    rmSync(dirname(path), { recursive: true });
  });

  test('full range that only the H.264 stream states', () =>
    withMedia('23-full-range-no-colr/fr470.mp4', async (media) =>
      expectColour(await colourAt(media, 0.5), [191, 96, 64], 4),
    ));

  test('frames that change their size', () =>
    withMedia('24-size-change/reschange.webm', async (media) => {
      expectColour(await colourAt(media, 0.5), [255, 0, 0]);
      expectColour(await colourAt(media, 1.5), [0, 0, 255]);
      expect((await media.readFrames([1.5]))[0]).toMatchObject({ width: 128, height: 96 });
    }));
});
