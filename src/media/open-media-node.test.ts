import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { isDuetError } from '../errors.ts';
import { type ClipSpecification, encodedClip } from './encoded-clip.test-data.ts';
import { findFfmpeg } from './find-ffmpeg-node.ts';
import { loadNativeCodecs } from './native-codecs-node.ts';
import { openMedia } from './open-media-node.ts';
import { openMediaSource } from './open-media-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'duet-media-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
async function clipFile(clip: ClipSpecification): Promise<string> {
  return file(await encodedClip(clip), clip.container);
}
function file(bytes: Uint8Array, extension: string): string {
  const path = join(folder, `clip-${files++}.${extension}`);
  writeFileSync(path, bytes);
  return path;
}
async function sentenceOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(isDuetError(error), String(error)).toBe(true);
  const { message } = error as Error;
  expect(message.endsWith('.')).toBe(true);
  expect(message).not.toContain('\n');
  return message;
}

// Frames are distinguished by their brightness.
const step = 6;
const lumaOf = (index: number) => 20 + index * step;
const indexOf = (red: number) => Math.round(((red * 219) / 255 + 16 - 20) / step);
const irregular = [0, 0.04, 0.05, 0.3, 0.34, 0.9, 0.91, 0.92, 1.4, 1.44, 2.0, 2.5, 2.51, 3.1].map(
  (time) => Math.round(time * 1000) / 1000,
);
const variable = { width: 32, height: 32, times: irregular, end: 3.3, luma: lumaOf, keyEvery: 5 } as const;

describe.skipIf(!loadNativeCodecs())('with this platform’s decoders', () => {
  test.each([
    ['mp4', 'avc'],
    ['mkv', 'vp8'],
  ] as const)('the frame read is the last whose time is not after the asked one (%s, %s)', async (container, codec) => {
    const media = await openMedia(await clipFile({ ...variable, container, codec }));
    const oracle = (time: number) => irregular.reduce((found, start, index) => (start <= time ? index : found), 0);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.double({ min: -0.5, max: 4, noNaN: true }), fc.constantFrom(...irregular)), {
          maxLength: 6,
        }),
        async (asked) => {
          const times = asked.sort((a, b) => a - b);
          const pictures = await media.readFrames(times);
          expect(pictures.map((picture) => indexOf(picture.data[0]!))).toEqual(times.map(oracle));
        },
      ),
      { numRuns: 60 },
    );
    await media.close();
  });

  test('a browser’s Blob or stream gives the same frames as the file', async () => {
    const bytes = await encodedClip({ ...variable, container: 'mp4' });
    const path = file(bytes, 'mp4');
    const times = [0, 0.95, 3];
    const media = await openMedia(path);
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
    for (const source of [blob, blob.stream()]) {
      const other = await openMediaSource(source, 'upload');
      expect(other.duration).toBe(media.duration);
      expect(await other.readFrames(times)).toEqual(await media.readFrames(times));
      await other.close();
    }
    await media.close();
  });

  // Bright only in the upper left quarter as coded.
  const corner = (_: number, x: number, y: number) => (x < 32 && y < 16 ? 235 : 16);
  const brightCorner = { 0: [0, 0], 90: [1, 0], 180: [1, 1], 270: [0, 1] } as const;
  test.each([0, 90, 180, 270] as const)('frames of a track turned by %s degrees come upright', async (rotation) => {
    const media = await openMedia(
      await clipFile({ container: 'mov', width: 64, height: 32, times: [0], end: 1, luma: corner, rotation }),
    );
    const [picture] = await media.readFrames([0]);
    const { width, height, data } = picture!;
    expect([width, height]).toEqual(rotation % 180 === 0 ? [64, 32] : [32, 64]);
    expect(media.video).toMatchObject({ width, height, rotation });
    const level = (right: number, low: number) =>
      data[(Math.floor(height * (0.25 + 0.5 * low)) * width + Math.floor(width * (0.25 + 0.5 * right))) * 3]!;
    const levels = [0, 1].map((low) => [0, 1].map((right) => level(right, low) > 128));
    const [right, low] = brightCorner[rotation];
    expect(levels).toEqual([0, 1].map((y) => [0, 1].map((x) => x === right && y === low)));
    await media.close();
  });

  test.each([
    ['A_AC3', 0, 'ac3'],
    ['A_MPEG/L2', 0, '"A_MPEG/L2"'],
    // Layer II by its frames, whatever the container calls it.
    ['A_MPEG/L3', 0xfdff, 'MP2 (MPEG audio, layer 2)'],
  ] as const)('a picture beside sound of %s is read, and what the sound is is told', async (id, begin, codec) => {
    const sound = { sampleRate: 8000, channels: 1, packets: [{ time: 0, samples: new Int16Array(8000).fill(begin) }] };
    const bytes = Buffer.from(await encodedClip({ ...variable, container: 'mkv', sound }));
    const place = bytes.indexOf('A_PCM/INT/LIT');
    bytes.fill(0, place, place + 13);
    bytes.write(id, place);
    const path = process.env.PATH;
    process.env.PATH = '';
    const media = await openMedia(file(bytes, 'mkv'));
    process.env.PATH = path;
    expect(media).toMatchObject({ audio: undefined, undecoded: { missing: 'sound', codec } });
    expect(indexOf((await media.readFrames([1]))[0]!.data[0]!)).toBe(7);
    expect(await sentenceOf(media.readWaveform(0, 1))).toContain(
      `is read without sound, as its sound is in the codec ${codec}, which is not supported here; convert it to mp4.`,
    );
    await media.close();
  });

  test('200 clips opened, read and closed leave no memory behind', async () => {
    const sound = { sampleRate: 16_000, channels: 1, packets: [{ time: 0, samples: new Int16Array(16_000 * 3) }] };
    const path = await clipFile({ ...variable, container: 'mp4', codec: 'vp8', width: 320, height: 240, sound });
    const read = async () => {
      const media = await openMedia(path);
      await media.readFrames([1, 3]);
      await media.readWaveform(0, media.duration);
      await media.close();
    };
    for (let i = 0; i < 60; i++) await read();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) await read();
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100);
  });
});

const tone = (length: number, channels: number) =>
  Int16Array.from({ length: length * channels }, (_, i) => 1000 * ((i % channels) + 1) + Math.floor(i / channels));

test('time 0 is where the first track begins, in a file whose clock begins later', async () => {
  const packets = [
    { time: 3600.5, samples: new Int16Array(500).fill(8192) },
    { time: 3601, samples: new Int16Array(500).fill(16384) },
  ];
  const sound = { sampleRate: 1000, channels: 1, packets };
  const media = await openMedia(
    await clipFile({ container: 'mkv', width: 0, height: 0, times: [], end: 0, luma: () => 0, sound }),
  );
  expect(media.duration).toBeCloseTo(1, 6);
  const { samples } = await media.readWaveform(-0.25, 1);
  const levels = [-0.1, 0.1, 0.4, 0.6, 0.9].map((time) => samples[Math.round((time + 0.25) * 1000)]);
  expect(levels).toEqual([0, 0.25, 0.25, 0.5, 0.5]);
  await media.close();
});

test('sound is the mean of the channels, in its place, with zeros in gaps and outside', async () => {
  const rate = 1000;
  const packets = [
    { time: 0, samples: new Int16Array(2) },
    { time: 0.2, samples: tone(100, 2) },
    { time: 0.9, samples: tone(100, 2) },
  ];
  const path = await clipFile({
    container: 'mkv',
    width: 0,
    height: 0,
    times: [],
    end: 0,
    luma: () => 0,
    sound: { sampleRate: rate, channels: 2, packets },
  });
  const media = await openMedia(path);
  expect(media).toMatchObject({ video: undefined, audio: { sampleRate: rate, channels: 2 } });
  expect(media.duration).toBeCloseTo(1, 6);
  const whole = Array.from({ length: 1300 }, (_, i) => {
    const time = i - 100;
    const within = time >= 200 && time < 300 ? time - 200 : time >= 900 && time < 1000 ? time - 900 : -1;
    return within < 0 ? 0 : (1500 + within) / 32768;
  });
  const { samples, sampleRate } = await media.readWaveform(-0.1, 1.2);
  expect(sampleRate).toBe(rate);
  expect(samples).toHaveLength(1300);
  samples.forEach((sample, i) => {
    expect(Math.abs(sample - whole[i]!), `sample ${i}`).toBeLessThan(1e-4);
  });
  const part = await media.readWaveform(0.25, 0.95);
  expect(part.samples).toEqual(samples.slice(350, 1050));
  const { channels } = await media.readChannels(0.2, 0.3);
  const sound = packets[1]!.samples;
  expect(channels.map((samples) => [...samples])).toEqual(
    [0, 1].map((channel) => Array.from({ length: 100 }, (_, i) => sound[2 * i + channel]! / 32768)),
  );
  expect(await sentenceOf(media.readFrames([0]))).toContain('has no picture');
  await media.close();
});

describe('bad files get one sentence', () => {
  const cases: [string, () => string, RegExp][] = [
    ['a missing file', () => join(folder, 'none.mp4'), /does not exist/],
    ['a folder', () => folder, /is a folder/],
    ['an empty file', () => file(new Uint8Array(0), 'mp4'), /is empty/],
    [
      'a text with the name of a video',
      () => file(Buffer.from('Dear diary,\nnothing today.\n'), 'mp4'),
      /is a text file/,
    ],
    [
      'bytes of no kind',
      () => file(Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251)), 'mp4'),
      /recognised|ffmpeg/,
    ],
    [
      'an Ogg file with a Theora picture',
      () => file(Buffer.from(`OggS\0\x02${'\0'.repeat(20)}\x01\x2a\x80theora${'\0'.repeat(35)}`, 'latin1'), 'ogv'),
      /codec Theora is not supported|ffmpeg/,
    ],
    [
      'an mp4 header and nothing more',
      () => file(Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1'), 'mp4'),
      /neither picture nor sound/,
    ],
  ];
  test.each(cases)('%s', async (_, make, pattern) => {
    const path = make();
    const message = await sentenceOf(openMedia(path));
    expect(message).toContain(path);
    expect(message).toMatch(pattern);
  });

  test.each(['mp4', 'mov', 'mkv'] as const)(
    'a file (%s) that ends anywhere before its end is cut short, and says by how much',
    async (container) => {
      const sound = { sampleRate: 8000, channels: 1, packets: [{ time: 0, samples: new Int16Array(8000) }] };
      const bytes = await encodedClip({ container, width: 0, height: 0, times: [], end: 0, luma: () => 0, sound });
      await (await openMedia(file(bytes, container))).close();
      for (const length of [60, 3000, bytes.length - 200, bytes.length - 1]) {
        expect(await sentenceOf(openMedia(file(bytes.subarray(0, length), container)))).toMatch(
          new RegExp(`is cut short: ${length} of at least \\d+ bytes are there`),
        );
      }
    },
  );

  test('a WAV file cut short is refused; one whose writer did not know the length is read', async () => {
    const sound = { sampleRate: 8000, channels: 1, packets: [{ time: 0, samples: new Int16Array(8000) }] };
    const bytes = Buffer.from(
      await encodedClip({ container: 'wav', width: 0, height: 0, times: [], end: 0, luma: () => 0, sound }),
    );
    expect(await sentenceOf(openMedia(file(bytes.subarray(0, 9000), 'wav')))).toMatch(/is cut short: 9000 of/);
    for (const place of [4, 40]) bytes.writeUInt32LE(0xffffffff, place);
    const media = await openMedia(file(bytes, 'wav'));
    expect(media.duration).toBe(1);
    await media.close();
  });

  test.each([0, 4_000_000_000])('a WAV file that states %i samples in a second is refused', async (rate) => {
    const sound = { sampleRate: 8000, channels: 1, packets: [{ time: 0, samples: new Int16Array(8000) }] };
    const bytes = Buffer.from(
      await encodedClip({ container: 'wav', width: 0, height: 0, times: [], end: 0, luma: () => 0, sound }),
    );
    bytes.writeUInt32LE(rate, 24);
    expect(await sentenceOf(openMedia(file(bytes, 'wav')))).toMatch(
      `is damaged or cut short (${rate} samples of sound in a second)`,
    );
  });

  test.each([2, 17, 85])(
    'a WAV file whose sound is in format %i is in a codec that is not supported',
    async (format) => {
      const sound = { sampleRate: 8000, channels: 1, packets: [{ time: 0, samples: new Int16Array(8000) }] };
      const bytes = Buffer.from(
        await encodedClip({ container: 'wav', width: 0, height: 0, times: [], end: 0, luma: () => 0, sound }),
      );
      bytes.writeUInt16LE(format, 20);
      const message = await sentenceOf(openMedia(file(bytes, 'wav')));
      expect(message).toMatch(
        findFfmpeg() ? /ffmpeg/ : new RegExp(`\\(WAVE format tag ${format}\\) is not supported here`),
      );
      expect(message).not.toMatch(/damaged/);
    },
  );

  test.skipIf(!loadNativeCodecs())('frames too large and times too late to be meant are refused', async () => {
    const far = await clipFile({ ...variable, times: [0, 2e7], end: 2e7 + 1, container: 'mkv', codec: 'vp8' });
    expect(await sentenceOf(openMedia(far))).toMatch(/a length of 2\d{7} seconds/);
    const bytes = Buffer.from(await encodedClip({ ...variable, container: 'mp4' }));
    // Width and height in the sample entry (ISO/IEC 14496-12, VisualSampleEntry).
    for (const place of [28, 30]) bytes.writeUInt16BE(60_000, bytes.lastIndexOf('avc1') + place);
    expect(await sentenceOf(openMedia(file(bytes, 'mp4')))).toMatch(/frames of 60000 x 60000 pixels/);
  });

  test('a Matroska file with a hole is refused, not read for ever', async () => {
    const sound = { sampleRate: 8000, channels: 1, packets: [{ time: 0, samples: new Int16Array(8000) }] };
    const bytes = await encodedClip({ container: 'mkv', width: 0, height: 0, times: [], end: 0, luma: () => 0, sound });
    bytes.fill(0, bytes.length - 60);
    expect(await sentenceOf(openMedia(file(bytes, 'mkv')))).toMatch(/damaged/);
  });

  test('a Matroska header that says it is longer than the file is refused in a sentence', async () => {
    // The EBML header element with a size of 1 000 000 bytes.
    const bytes = Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x08, 0, 0x0f, 0x42, 0x40, 0x42, 0x86, 0x81, 1]);
    const expected = findFfmpeg() ? /cannot be decoded by ffmpeg/ : /Matroska or WebM and goes on as none/;
    expect(await sentenceOf(openMedia(file(bytes, 'mkv')))).toMatch(expected);
  });

  test('a FLAC file without a frame is refused, not searched for ever', async () => {
    const bytes = Buffer.alloc(42);
    bytes.write('fLaC\x80\0\0\x22', 'latin1');
    // STREAMINFO (RFC 9639): blocks of 4096 samples, then 20 bits of 44,100 hertz, one channel of 16 bits.
    bytes.set([0x10, 0, 0x10, 0], 8);
    bytes.set([0x0a, 0xc4, 0x40, 0xf0], 18);
    expect(await sentenceOf(openMedia(file(bytes, 'flac')))).toMatch(/holds neither picture nor sound/);
  });
});
