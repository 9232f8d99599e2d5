import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeClip } from '../media/encode-clip.ts';
import { openMedia } from '../media/open-media-node.ts';
import type { Picture } from '../signal/picture.ts';
import { createClip } from './clip.ts';
import { onsetNear } from './onset.test-data.ts';

/** Peak signal-to-noise ratio in decibels. */
function likeness(one: Picture, other: Picture): number {
  const square = one.data.reduce((sum, value, index) => sum + (value - other.data[index]!) ** 2, 0) / one.data.length;
  return 10 * Math.log10(255 ** 2 / square);
}

describe('an encoded clip', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'duet-clip-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(['wooden-bowl', 'bouncing-ball'])(
    '%s: decodes to the frames and the onsets it was made from',
    async (className) => {
      const { frames, sound, annotation } = createClip({ seed: 1, split: 'test', className, index: 0 });
      const bytes = await encodeClip({ frames, framesPerSecond: annotation.framesPerSecond, sound });
      expect(bytes.length).toBeLessThan(150_000);
      const path = join(folder, `${className}.webm`);
      await writeFile(path, bytes);
      const media = await openMedia(path);
      try {
        expect(media.container).toMatch(/webm|matroska/i);
        expect(media.video).toMatchObject({ width: 160, height: 160 });
        expect(Math.abs(media.duration - annotation.duration)).toBeLessThan(0.05);
        // Just after each frame's own time, which the file keeps to the millisecond only.
        const decoded = await media.readFrames(frames.map((_, index) => index / annotation.framesPerSecond + 0.01));
        for (const [index, picture] of decoded.entries()) {
          expect(likeness(picture, frames[index]!)).toBeGreaterThan(27);
        }
        const heard = await media.readWaveform(0, annotation.duration);
        for (const { time } of annotation.events.slice(0, 4)) {
          const intended = onsetNear(sound, time, 0.04);
          expect(Math.abs(onsetNear(heard, time, 0.04) - intended)).toBeLessThan(0.01);
        }
      } finally {
        await media.close();
      }
    },
  );

  it('is the same bytes every time, also with another clip in between', async () => {
    const clip = (index: number) => createClip({ seed: 2, split: 'val', className: 'pouring-jug', index });
    const encode = ({ frames, sound }: ReturnType<typeof clip>) => encodeClip({ frames, framesPerSecond: 10, sound });
    const [first, other, again] = await Promise.all([encode(clip(0)), encode(clip(1)), encode(clip(0))]);
    expect(Buffer.compare(first, again)).toBe(0);
    expect(Buffer.compare(first, other)).not.toBe(0);
  });
});
