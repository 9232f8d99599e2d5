import { describe, expect, test } from 'vitest';
import { frontEnds } from '../signal/front-ends.ts';
import { fakeMedia } from './fake-media.test-data.ts';
import { smallSettings } from './generated-clips.test-data.ts';
import { missingModality, windowInputs } from './model-inputs.ts';
import { readSound } from './read-sound.ts';

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

  test('sound that could be decoded elsewhere is refused by what it is, and left out where that is asked for', async () => {
    const media = {
      ...{ ...fakeMedia(16_000, 2), audio: undefined },
      undecoded: { missing: 'sound', codec: 'AC-3' },
    } as const;
    await expect(windowInputs(media, 0, smallSettings)).rejects.toThrow(/its sound is in the codec AC-3.*ffmpeg/);
    expect((await windowInputs(media, 0, smallSettings, 'zero')).missing).toBe('sound');
    // A reading is kept, and would still have none when there is a decoder.
    expect(() => missingModality(media)).toThrow(/its sound is in the codec AC-3/);
  });

  test('picture is refused, or seen as the mean colour where that is asked for', async () => {
    const media = { ...fakeMedia(16_000, 2), video: undefined };
    await expect(windowInputs(media, 0, smallSettings)).rejects.toThrow(/has no picture/);
    const inputs = await windowInputs(media, 0, smallSettings, 'zero');
    expect(inputs).toMatchObject({ missing: 'picture', image: new Float32Array(3 * 32 * 32) });
  });
});
