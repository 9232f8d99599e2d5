import { expect, test } from 'vitest';
import { fakeMedia } from '../../data/fake-media.test-data.ts';
import type { Media } from '../../media/media.ts';
import { mixDown, type Sound } from '../../signal/waveform.ts';
import { windowStarts } from './blend-masks.ts';
import { type ExtractStemsOptions, extractStems } from './extract-stems.ts';

const grid = { sampleRate: 8000, window: 256, bands: 8 };
const windowSamples = 2048;
/** Windows half a window apart; nothing in them is looked at. */
const reader: ExtractStemsOptions['reader'] = {
  async *windows({ duration }) {
    const starts = windowStarts(Math.ceil((duration * grid.sampleRate) / 128) + 1, windowSamples / 128 + 1, 8);
    for (const start of starts)
      yield { start: (start * 128) / 8000, end: Math.min((start * 128 + windowSamples) / 8000, duration), inputs: {} };
  },
};

/** A tone of 300 Hz on the left, one of 2500 Hz on the right, in steps of 16 bits; 6 seconds. */
function stereo(sampleRate: number): { readonly media: Media; readonly sound: Sound } {
  const seconds = 6;
  const tone = (frequency: number) =>
    Float32Array.from({ length: seconds * sampleRate }, (_, i) => {
      return Math.round(8000 * Math.sin((2 * Math.PI * frequency * i) / sampleRate)) / 2 ** 15 || 0;
    });
  const sound = { channels: [tone(300), tone(2500)], sampleRate };
  const readChannels = async (start: number, end: number) => ({
    sampleRate,
    channels: sound.channels.map((samples) => {
      const first = Math.round(start * sampleRate);
      return Float32Array.from({ length: Math.round((end - start) * sampleRate) }, (_, i) => samples[first + i] ?? 0);
    }),
  });
  const media: Media = {
    ...fakeMedia(sampleRate, seconds),
    audio: { codec: 'fake', sampleRate, channels: 2 },
    readChannels,
    readWaveform: async (start, end) => mixDown(await readChannels(start, end)),
  };
  return { media, sound };
}

test.each([8000, 11_025, 32_000])(
  'a mask of the low bands leaves the low tone, at %d Hz, and the stems add up',
  async (rate) => {
    const { media, sound } = stereo(rate);
    const low = Float32Array.from({ length: 17 * 8 }, (_, i) => Number(i % 8 < 4));
    const told: number[] = [];
    const parts = { target: [[], []] as number[][], rest: [[], []] as number[][] };
    const stems = extractStems(media, {
      reader,
      grid,
      mask: async () => low,
      onProgress: (seconds) => told.push(seconds),
    });
    for await (const block of stems)
      for (const stem of ['target', 'rest'] as const)
        for (const [channel, samples] of block[stem].entries())
          for (const value of samples) parts[stem][channel]!.push(value);
    const energy = (values: readonly number[]) => values.reduce((total, value) => total + value ** 2, 0);
    for (const [channel, samples] of sound.channels.entries()) {
      const [target, rest] = [parts.target[channel]!, parts.rest[channel]!];
      expect(Float32Array.from(target, (value, i) => value + rest[i]!)).toEqual(samples);
      const share = energy(target) / energy([...samples]);
      if (channel === 0) expect(share).toBeGreaterThan(0.95);
      else expect(share).toBeLessThan(0.01);
    }
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(6);
  },
);
