import { describe, expect, test } from 'vitest';
import { fakeMedia } from '../../data/fake-media.test-data.ts';
import type { Window } from '../../data/intake.ts';
import type { Media } from '../../media/media.ts';
import { nodeSessions } from '../../runtime/session-node.ts';
import { parseBackbone } from '../../weights/backbone.ts';
import { miniTimm } from '../../weights/mini-vit.test-data.ts';
import { type ExtractReaderOptions, openExtractReader } from './extract-reader.ts';

const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });
const { width } = backbone.config;
const options: ExtractReaderOptions = {
  ...{ backbone, sampleRate: 8000, window: 256, windowSamples: 2048, pictures: 1 },
  ...{ framesPerSecond: 1, windowFrames: 1, mirrored: true },
};
async function withReader<Result>(
  settings: ExtractReaderOptions,
  use: (reader: Awaited<ReturnType<typeof openExtractReader>>) => Promise<Result>,
): Promise<Result> {
  const reader = await openExtractReader(settings, nodeSessions({ threads: 1 }));
  return use(reader).finally(() => reader.release());
}

test('a clip is read as its sound at the network’s rate and what is seen a second apart, plain and mirrored', async () => {
  await withReader(options, async (reader) => {
    const { sound, visual } = (await reader.read(fakeMedia(16_000, 3))).arrays;
    expect(sound!.shape).toEqual([24_000]);
    expect(visual!.shape).toEqual([3, 2, width]);
    const features = Array.from({ length: 6 }, (_, i) => visual!.data.slice(i * width, (i + 1) * width));
    // The pictures are of one colour each: a mirror shows the same.
    for (const second of [0, 1, 2]) expect(features[2 * second + 1]).toEqual(features[2 * second]);
    expect(features[2]).not.toEqual(features[0]);
    const still: Media = {
      ...fakeMedia(8000, 3),
      readFrames: (times) => fakeMedia(8000, 3).readFrames(times.map(() => 1)),
    };
    expect((await reader.read(still)).arrays.visual!.shape).toEqual([1, 2, width]);
    const silent: Media = {
      ...fakeMedia(8000, 1),
      readWaveform: async () => ({ samples: new Float32Array(8000), sampleRate: 8000 }),
    };
    await expect(reader.read(silent)).rejects.toThrow(/The clip is silent; leave it out/);
    await expect(reader.read({ ...fakeMedia(8000, 1), audio: undefined })).rejects.toThrow(/has no sound/);
  });
});

describe('windows', () => {
  const windowsOf = (settings: ExtractReaderOptions, media = fakeMedia(8000, 2)) =>
    withReader(settings, async (reader) => {
      const windows: Window[] = [];
      for await (const window of reader.windows(media, {})) windows.push(window);
      return windows;
    });

  test('cover the clip at one level, each with the frame at its middle', async () => {
    const windows = await windowsOf(options);
    expect(windows[0]!.start).toBe(0);
    expect(windows.at(-1)!.end).toBe(2);
    const sounds = windows.map(({ inputs }) => inputs.mixture as Float32Array);
    for (const [index, sound] of sounds.slice(1).entries()) {
      const shift = Math.round((windows[index + 1]!.start - windows[index]!.start) * 8000);
      expect(sound.slice(0, 500)).toEqual(sounds[index]!.slice(shift, shift + 500));
    }
    expect(Math.hypot(...sounds[0]!) / Math.sqrt(2048)).toBeCloseTo(0.1, 2);
    for (const { start, end, frame } of windows) expect(frame!.data[0]).toBe(Math.floor(((start + end) / 2) * 10));
  });

  test('show the box that is asked for, and refuse one outside the picture or too few', async () => {
    const box = { x: 70, y: 0, width: 10, height: 60 };
    expect((await windowsOf({ ...options, boxes: [box] })).length).toBeGreaterThan(1);
    await expect(windowsOf({ ...options, boxes: [{ ...box, width: 11 }] })).rejects.toThrow(
      'The box of 11 x 60 at (70, 0) reaches beyond the picture of 80 x 60; give one inside it.',
    );
    await expect(windowsOf({ ...options, pictures: 2 })).rejects.toThrow(/give a box for each/);
    await expect(windowsOf({ ...options, boxes: [box, box] })).rejects.toThrow(/takes one box/);
  });
});
