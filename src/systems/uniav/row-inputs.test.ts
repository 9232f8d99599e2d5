import { expect, test } from 'vitest';
import { fakeMedia } from '../../data/fake-media.test-data.ts';
import type { InputSettings } from '../../data/settings.ts';
import { rowCount, rowInputs } from './row-inputs.ts';

const settings: InputSettings & { rate: number } = {
  ...{ imageSize: 224, mean: [0, 0, 0], std: [1, 1, 1], frontEnd: 'vggsound', resizeFilter: 'bicubic', rate: 2 },
};
const side = 224;
const cells = side ** 2;

async function rowsOf(media: ReturnType<typeof fakeMedia>) {
  const stretches = [];
  for await (const stretch of rowInputs(media, settings)) stretches.push(stretch);
  return stretches;
}

test('a clip has rows for every started share of time', () => {
  expect([0.1, 0.5, 0.6, 10, 30 + 1e-9].map((seconds) => rowCount(seconds, 2))).toEqual([1, 1, 2, 20, 60]);
});

test('a row sees the frame at its moment, and follows the one before in the next stretch', async () => {
  const stretches = await rowsOf(fakeMedia(16_000, 21));
  expect(stretches.map(({ first, count }) => [first, count])).toEqual([
    [0, 40],
    [40, 2],
  ]);
  // The picture's colour is ten times its time.
  const colours = stretches.flatMap(({ images, count }) =>
    Array.from({ length: count }, (_, row) => Math.round(255 * images![row * 3 * cells]!)),
  );
  expect(colours).toEqual(Array.from({ length: 42 }, (_, row) => Math.floor(10 * (row * 0.5 + 0.25))));
});

test('a row hears the same whether a stretch begins with it or not', async () => {
  const media = fakeMedia(16_000, 21);
  const [first, second] = await rowsOf(media);
  const all = [...rowsAsMaps(first!.spectrograms!), ...rowsAsMaps(second!.spectrograms!)];
  // Rows overlap by all but 100 of their 224 frames.
  for (const [row, next] of [
    [38, 39],
    [39, 40],
  ] as const)
    for (const bin of [0, 100, 223])
      for (const frame of [100, 150, 223])
        expect(all[next]![bin * side + frame - 100]).toBeCloseTo(all[row]![bin * side + frame]!, 4);
});

test('sound is standardised over the clip, to half the deviation', async () => {
  const [only] = await rowsOf(fakeMedia(16_000, 8));
  // Rows in the middle, of stationary noise.
  const values = [...rowsAsMaps(only!.spectrograms!)].slice(4, 12).flatMap((map) => [...map]);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(deviation - 0.5)).toBeLessThan(0.02);
});

test('silence is zeros, and a missing modality is left out', async () => {
  const media = fakeMedia(16_000, 2);
  const silent = { ...media, readWaveform: async (start: number, end: number) => silence(end - start) };
  const [quiet] = await rowsOf(silent);
  expect(quiet!.spectrograms!.every((value) => value === 0)).toBe(true);
  const [blind] = await rowsOf({ ...media, video: undefined });
  expect(blind!.images).toBeUndefined();
  const [deaf] = await rowsOf({ ...media, audio: undefined });
  expect(deaf!.spectrograms).toBeUndefined();
});

function silence(seconds: number) {
  return { samples: new Float32Array(Math.round(seconds * 16_000)), sampleRate: 16_000 };
}

function rowsAsMaps(spectrograms: Float32Array): Float32Array[] {
  return Array.from({ length: spectrograms.length / cells }, (_, row) =>
    spectrograms.subarray(row * cells, (row + 1) * cells),
  );
}
