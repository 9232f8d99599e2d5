import { describe, expect, test } from 'vitest';
import type { Media } from '../media/media.ts';
import { createRandom } from '../random/random.ts';
import { frontEnds } from '../signal/front-ends.ts';
import { readClip } from './clip-features.ts';
import { smallSettings } from './generated-clips.test-data.ts';
import { features, normalised, windowInputs } from './model-inputs.ts';
import { readSound } from './read-sound.ts';
import { candidateWindows, middleOf } from './windows.ts';

/** Noise of `seconds` at `rate` and a picture that shows its time in its colour. */
function fakeMedia(rate: number, seconds: number): Media {
  const random = createRandom('sound');
  const sound = Float32Array.from({ length: rate * seconds }, () => random.normal() * 0.1);
  return {
    container: 'fake',
    duration: seconds,
    video: { codec: 'fake', width: 80, height: 60, rotation: 0, pixelAspectRatio: 1 },
    audio: { codec: 'fake', sampleRate: rate, channels: 1 },
    readFrames: async (times) =>
      times.map((time) => ({ width: 80, height: 60, data: new Uint8Array(80 * 60 * 3).fill(Math.floor(time * 10)) })),
    async readWaveform(start, end) {
      const samples = new Float32Array(Math.round((end - start) * rate));
      const first = Math.round(start * rate);
      samples.forEach((_, index) => {
        samples[index] = sound[first + index] ?? 0;
      });
      return { samples, sampleRate: rate };
    },
    close: async () => undefined,
  };
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe.each([44_100, 48_000, 16_000, 8_000, 11_025, 44_099])('sound at %i Hz', (rate) => {
  test('is the same samples whether a moment is read alone or within a longer stretch', async () => {
    const media = fakeMedia(rate, 4);
    const whole = await readSound(media, 0, 64_000, 16_000);
    for (const [first, count] of [
      [12_345, 16_000],
      [0, 777],
      [60_000, 4_000],
    ] as const) {
      const part = await readSound(media, first, count, 16_000);
      expect(part).toHaveLength(count);
      expect(largestDifference(part, whole.subarray(first, first + count))).toBeLessThan(2e-6);
    }
    expect(largestDifference(whole, new Float32Array(64_000))).toBeGreaterThan(0.1);
  });
});

test('what the cache keeps for evaluation is what prediction computes for the same window', async () => {
  const media = fakeMedia(44_100, 5);
  const cached = await readClip(media, smallSettings);
  const windows = candidateWindows({ start: 0, end: 5 }, 1);
  expect(cached.spectrograms).toHaveLength(7);
  for (const [index, window] of windows.entries()) {
    const predicted = await windowInputs(media, window.start, smallSettings);
    expect(largestDifference(predicted.spectrogram, cached.spectrograms[index]!)).toBeLessThan(1e-3);
    expect(cached.training[index]!.data[0]).toBe(predicted.frame!.data[0]);
  }
  const middle = await features(media, smallSettings);
  expect(normalised(cached.evaluation!, smallSettings)).toEqual(middle.image);
  expect(middle.window).toEqual(windows[middleOf(windows)]);
});

test('a stored training picture keeps its shape, is never enlarged, and is no larger than crops need', async () => {
  const picture = async (settings: typeof smallSettings) =>
    (await readClip(fakeMedia(16_000, 1), settings)).training[0]!;
  expect(await picture({ ...smallSettings, imageSize: 224 })).toMatchObject({ width: 80, height: 60 });
  expect(await picture({ ...smallSettings, imageSize: 28 })).toMatchObject({ width: 43, height: 32 });
});

describe('a clip without', () => {
  test('sound is refused, or heard as silence where that is asked for', async () => {
    const media = { ...fakeMedia(16_000, 2), audio: undefined };
    await expect(windowInputs(media, 0, smallSettings)).rejects.toThrow(/has no sound.*--missing zero/);
    const inputs = await windowInputs(media, 0, smallSettings, 'zero');
    expect(inputs.missing).toBe('sound');
    const silence = frontEnds.ave.spectrogram(
      { samples: new Float32Array(16_000), sampleRate: 16_000 },
      { height: 24, width: 40 },
    );
    expect(inputs.spectrogram).toEqual(silence);
  });

  test('picture is refused, or seen as the mean colour where that is asked for', async () => {
    const media = { ...fakeMedia(16_000, 2), video: undefined };
    await expect(windowInputs(media, 0, smallSettings)).rejects.toThrow(/has no picture/);
    const inputs = await windowInputs(media, 0, smallSettings, 'zero');
    expect(inputs).toMatchObject({ missing: 'picture', image: new Float32Array(3 * 32 * 32) });
  });
});
