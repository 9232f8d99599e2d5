// The odd files beside the repository: what must come out of each was found with ffmpeg 5.1 and 8.0.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDuetError } from '../errors.ts';
import { findFfmpeg } from './find-ffmpeg-node.ts';
import type { Media } from './media.ts';
import { loadNativeCodecs } from './native-codecs-node.ts';
import { openMedia } from './open-media-node.ts';

const folder = join(import.meta.dirname, '../../../shared/data/formats');
const present = existsSync(folder);

type Expected = {
  /** A time, and the mean red, green and blue of the frame that ffmpeg shows then. */
  at?: number;
  colour?: number[];
  size?: [number, number];
  rotation?: number;
  aspect?: number;
  sound?: [rate: number, channels: number];
  seconds: number;
  loud?: boolean;
};

const readable: Record<string, Expected> = {
  'av1-no-audio.mkv': { at: 2.5, colour: [123, 125, 128], size: [640, 360], seconds: 5 },
  'edit-list.mp4': { at: 4.5, colour: [0, 0, 0], size: [854, 480], sound: [44100, 2], seconds: 9, loud: true },
  'h264-10bit.mp4': { at: 0.5, colour: [113, 119, 129], size: [200, 200], seconds: 1 },
  'h264-aac.mp4': {
    at: 6.528,
    colour: [101, 84, 75],
    size: [480, 270],
    sound: [16000, 2],
    seconds: 13.056,
    loud: true,
  },
  'h264.mov': { at: 2.79, colour: [141, 90, 49], size: [560, 320], sound: [48000, 1], seconds: 5.58, loud: true },
  'h265-no-audio.mp4': { at: 0.5, colour: [12, 12, 252], size: [128, 128], seconds: 1 },
  'non-square-pixels.mp4': { at: 2.5, colour: [123, 128, 128], size: [1280, 360], aspect: 2, seconds: 5 },
  'pancake.mkv': {
    at: 5.1805,
    colour: [157, 121, 92],
    size: [426, 240],
    sound: [48000, 1],
    seconds: 10.381,
    loud: true,
  },
  'rotated-90.mov': { at: 0.05, colour: [105, 94, 86], size: [320, 568], rotation: 90, seconds: 0.1 },
  'silent-track.mp4': {
    at: 8,
    colour: [152, 135, 121],
    size: [1280, 720],
    sound: [16000, 1],
    seconds: 14,
    loud: false,
  },
  'two-audio-tracks.mp4': { sound: [48000, 6], seconds: 5.013, loud: true },
  'variable-frame-rate.mp4': { at: 4.36275, colour: [43, 42, 48], size: [3026, 1386], seconds: 8.7255 },
  'vp8-vorbis.webm': { at: 3.9, colour: [118, 70, 47], size: [320, 240], sound: [44100, 2], seconds: 7.8, loud: true },
  'vp9-opus.webm': { at: 4.1615, colour: [65, 65, 66], size: [640, 360], sound: [48000, 2], seconds: 8.33, loud: true },
};

/** Mean of each channel: a fingerprint of a frame that survives rounding. */
function meanColour({ data }: { data: Uint8Array }): number[] {
  const sums = [0, 0, 0];
  data.forEach((value, i) => {
    sums[i % 3]! += value;
  });
  return sums.map((sum) => (sum * 3) / data.length);
}

async function sentenceOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(isDuetError(error), String(error)).toBe(true);
  return (error as Error).message;
}

describe.skipIf(!present || !loadNativeCodecs())('files in ../shared/data/formats', () => {
  let media: Media | undefined;
  afterEach(() => media?.close());

  test.each(Object.entries(readable))(
    '%s',
    async (name, { at, colour, size, rotation = 0, aspect = 1, sound, seconds, loud }) => {
      media = await openMedia(join(folder, name));
      expect(media.duration).toBeCloseTo(seconds, 3);
      if (size) {
        expect(media.video).toMatchObject({ width: size[0], height: size[1], rotation, pixelAspectRatio: aspect });
        const pictures = await media.readFrames([-1, media.duration / 2, media.duration + 1]);
        for (const picture of pictures) {
          expect([picture.width, picture.height]).toEqual(size);
          expect(picture.data).toHaveLength(size[0] * size[1] * 3);
        }
        const [picture] = await media.readFrames([at!]);
        // ffmpeg's conversion rounds down.
        meanColour(picture!).forEach((value, channel) => {
          expect(Math.abs(value - colour![channel]!)).toBeLessThan(2.5);
        });
      } else expect(media.video).toBeUndefined();
      if (sound) {
        expect(media.audio).toMatchObject({ sampleRate: sound[0], channels: sound[1] });
        const { samples } = await media.readWaveform(0, media.duration);
        expect(samples).toHaveLength(Math.round(media.duration * sound[0]));
        expect(samples.some((sample) => Math.abs(sample) > 1e-3)).toBe(loud);
      } else expect(media.audio).toBeUndefined();
    },
  );

  test('frames asked for together are those asked for alone, 4:4:4 H.264 from the middle included', async () => {
    for (const name of ['silent-track.mp4', 'h264.mov', 'vp9-opus.webm']) {
      media = await openMedia(join(folder, name));
      const times = Array.from({ length: 9 }, (_, i) => (i * media!.duration) / 9);
      const together = await media.readFrames(times);
      for (const i of [2, 8]) {
        const [alone] = await media.readFrames([times[i]!]);
        expect(Buffer.from(alone!.data).equals(Buffer.from(together[i]!.data))).toBe(true);
      }
      await media.close();
    }
  });

  test('a corrupted file gives the frames before the damage, and one sentence for those after it', async () => {
    media = await openMedia(join(folder, 'corrupted.mp4'));
    expect(await media.readFrames([0])).toHaveLength(1);
    expect(await sentenceOf(media.readFrames([4]))).toMatch(/corrupted\.mp4 is damaged/);
  });
});

describe.skipIf(!present)('files that only ffmpeg reads', () => {
  const path = process.env.PATH;
  beforeEach(() => {
    process.env.PATH = '';
  });
  afterEach(() => {
    process.env.PATH = path;
  });

  test.each([
    ['mpeg1.mpg', 'MPEG program stream'],
    ['mpeg4.avi', 'AVI'],
    ['ac3.mkv', 'ac3'],
  ])('%s without ffmpeg gives one sentence that names %s', async (name, kind) => {
    const message = await sentenceOf(openMedia(join(folder, name)));
    expect(message).toContain(name);
    expect(message).toContain(kind);
    expect(message).toContain('ffmpeg');
  });

  test.skipIf(!findFfmpeg()).each([
    ['mpeg1.mpg', [360, 288], 44100, 3],
    ['mpeg4.avi', [320, 240], 44100, 6.6],
    ['ac3.mkv', undefined, 48000, 2],
  ] as const)('%s is read with ffmpeg', async (name, size, rate, seconds) => {
    process.env.PATH = path;
    const media = await openMedia(join(folder, name));
    expect(Math.abs(media.duration - seconds)).toBeLessThan(0.1);
    if (size) {
      const [first, last] = await media.readFrames([0, 100]);
      expect([first!.width, first!.height]).toEqual(size);
      expect(first!.data).not.toEqual(last!.data);
    }
    const { samples, sampleRate } = await media.readWaveform(0.5, 1.5);
    expect(sampleRate).toBe(rate);
    expect(samples).toHaveLength(rate);
    expect(samples.some((sample) => sample !== 0)).toBe(true);
    await media.close();
  });
});
