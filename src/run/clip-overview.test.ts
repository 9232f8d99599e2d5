import { expect, test } from 'vitest';
import { fakeMedia } from '../data/fake-media.test-data.ts';
import type { Media } from '../media/media.ts';
import { clipOverview, withOverviews } from './clip-overview.ts';

/** Silence, and from second 30 on a tone of 1 kHz. */
const media: Media = {
  ...fakeMedia(8000, 50),
  readWaveform: async (start, end) => ({
    sampleRate: 8000,
    samples: Float32Array.from({ length: Math.round((end - start) * 8000) }, (_, i) => {
      const time = start + i / 8000;
      return time < 30 ? 0 : Math.sin(2 * Math.PI * 1000 * time);
    }),
  }),
};

test('an overview has frames and a spectrogram at even distances over the time', async () => {
  const { frames, spectrogram } = await clipOverview(media, 20);
  // The middles of ten shares of two seconds.
  expect(frames.map(({ data }) => data[0])).toEqual([10, 30, 50, 70, 90, 110, 130, 150, 170, 190]);
  expect(frames[0]).toMatchObject({ width: 96, height: 72 });
  expect(spectrogram).toMatchObject({ rows: 64, columns: 480 });
});

test('a sound is where it sounds, across the stretches that it is read in', async () => {
  const { rows, columns, values } = (await clipOverview(media, 50)).spectrogram!;
  const level = (row: number, column: number) => values[row * columns + column]!;
  const loudest = (column: number) =>
    Array.from({ length: rows }, (_, row) => level(row, column)).reduce(
      (best, value, row, all) => (value > all[best]! ? row : best),
      0,
    );
  // Bins of 31.25 Hz, two a band.
  expect(loudest(Math.round(0.8 * columns))).toBe(15);
  expect(level(15, Math.round(0.59 * columns))).toBeLessThan(-10);
  expect(level(15, Math.round(0.61 * columns))).toBeGreaterThan(0);
});

test('only timelines have one', async () => {
  const timeline = { kind: 'timeline', title: 'a', duration: 10, tracks: [] } as const;
  const shown = await withOverviews([{ kind: 'numbers', rows: [] }, timeline], { ...media, audio: undefined });
  expect(shown[0]).toEqual({ kind: 'numbers', rows: [] });
  expect(shown[1]).toMatchObject({ overview: { frames: { length: 10 }, spectrogram: undefined } });
});
