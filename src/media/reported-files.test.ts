// Small files of kinds that public bug reports name, beside the repository; each README says what is right.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Media } from './media.ts';
import { loadNativeCodecs } from './native-codecs-node.ts';
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

describe.skipIf(!existsSync(folder) || !loadNativeCodecs())('files in ../shared/bugs', () => {
  test('what precedes the first key frame shows the first frame that can be decoded, under whole sound', () =>
    withMedia('11-ts-no-first-keyframe/cut.ts', async (media) => {
      const [first, before, shown] = await media.readFrames([0, 1.1, 1.21]);
      expect(first).toEqual(shown);
      expect(before).toEqual(shown);
      const { samples } = await media.readWaveform(0, 1);
      expect(samples.some((sample) => Math.abs(sample) > 0.01)).toBe(true);
    }));

  test('a stretch that reaches past the end is what is there of it', () =>
    withMedia('06-end-past-file/clip.mp4', async (media) => expect(media.duration).toBeCloseTo(1, 1), {
      start: 3,
      end: 30,
    }));

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
