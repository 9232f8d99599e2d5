import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Picture } from '../signal/picture.ts';
import { smoothResize } from '../signal/smooth-resize.ts';
import { attentionOverlay, attentionPeak } from './attention-overlay.ts';
import { colourTable } from './colour-map.ts';
import { drawBox, drawRing } from './drawing.ts';
import { pictureFigures } from './figures.ts';
import { encodePng, pictureUri } from './png-node.ts';
import { spectrogramPicture } from './spectrogram-picture.ts';

const grey = (width: number, height: number, level = 128): Picture => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(level),
});
const brightness = (picture: Picture, x: number, y: number) => {
  const at = 3 * (y * picture.width + x);
  return (picture.data[at] as number) + (picture.data[at + 1] as number) + (picture.data[at + 2] as number);
};

/** CIE L* of an sRGB colour: an independent measure of lightness. */
function lightness(red: number, green: number, blue: number): number {
  const linear = [red, green, blue].map((byte) =>
    byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
  );
  const y = 0.2126 * (linear[0] as number) + 0.7152 * (linear[1] as number) + 0.0722 * (linear[2] as number);
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

test.each(['ember', 'lagoon'] as const)('%s gets lighter with every step, evenly', (name) => {
  const table = colourTable(name);
  const levels = Array.from({ length: 256 }, (_, step) =>
    lightness(...(Array.from(table.subarray(3 * step, 3 * step + 3)) as [number, number, number])),
  );
  expect((levels[255] as number) - (levels[0] as number)).toBeGreaterThan(60);
  for (let step = 8; step < 256; step++) expect(levels[step]).toBeGreaterThan(levels[step - 8] as number);
  const eighths = Array.from(
    { length: 8 },
    (_, part) => (levels[part * 32 + 31] as number) - (levels[part * 32] as number),
  );
  expect(Math.max(...eighths) / Math.min(...eighths)).toBeLessThan(2);
});

test('a smooth map keeps within its range, its mean, and its peak’s place', () => {
  const grid = new Float32Array(14 * 14);
  grid[3 * 14 + 9] = 1;
  const smooth = smoothResize(grid, 14, 14, 224, 224);
  expect(Math.min(...smooth)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...smooth)).toBeLessThanOrEqual(1);
  expect(smooth.reduce((sum, value) => sum + value, 0) / smooth.length).toBeCloseTo(1 / 196, 6);
  const peak = smooth.indexOf(Math.max(...smooth));
  expect(Math.abs((peak % 224) - (9.5 * 16 - 0.5))).toBeLessThanOrEqual(0.5);
  expect(Math.abs(Math.floor(peak / 224) - (3.5 * 16 - 0.5))).toBeLessThanOrEqual(0.5);
  expect(attentionPeak(grid, 14, 14, 224, 224)).toEqual({ x: 9.5 * 16, y: 3.5 * 16 });
});

test('attention without a peak, or without a number, leaves the picture as it is', () => {
  const picture = grey(20, 10);
  expect(attentionOverlay(picture, new Float32Array(6).fill(1 / 6), 2, 3).data).toEqual(picture.data);
  expect(attentionOverlay(picture, new Float32Array(6).fill(Number.NaN), 2, 3).data).toEqual(picture.data);
});

test('attention colours where it is high and nowhere else, on oblong pictures too', () => {
  const overlay = attentionOverlay(grey(60, 20, 0), Float32Array.of(0, 0, 0, 0, 0, 1), 1, 6);
  expect(brightness(overlay, 58, 10)).toBeGreaterThan(300);
  expect(brightness(overlay, 5, 10)).toBe(0);
});

// A steady low tone and a late high click, the two things one looks for first.
const [frequencies, times] = [8, 12];
const tone = (frequency: number, time: number) =>
  frequency === 1 ? 0.8 : frequency === 6 && time === 10 ? 1 : frequency / 100;

test.each(['frequency-time', 'time-frequency'] as const)(
  'a spectrogram in %s order has low frequencies at the bottom and time to the right',
  (axes) => {
    const values = new Float32Array(frequencies * times);
    for (let f = 0; f < frequencies; f++)
      for (let t = 0; t < times; t++)
        values[axes === 'frequency-time' ? f * times + t : t * frequencies + f] = tone(f, t);
    const [height, width] = axes === 'frequency-time' ? [frequencies, times] : [times, frequencies];
    const picture = spectrogramPicture(values, height, width, axes);
    expect([picture.width, picture.height]).toEqual([times, frequencies]);
    for (let t = 0; t < times; t++) expect(brightness(picture, t, 6)).toBeGreaterThan(brightness(picture, t, 4) + 100);
    expect(brightness(picture, 10, 1)).toBeGreaterThan(brightness(picture, 9, 1) + 100);

    const attention = { map: Float32Array.of(0, 0, 0, 1), gridHeight: 2, gridWidth: 2 };
    const covered = spectrogramPicture(new Float32Array(values.length), height, width, axes, { attention });
    expect(brightness(covered, times - 1, 0)).toBeGreaterThan(brightness(covered, 0, frequencies - 1) + 100);
  },
);

test('a spectrogram of nothing, or with values that are no numbers, is still drawn', () => {
  for (const value of [0, Number.NaN, Number.NEGATIVE_INFINITY]) {
    expect(spectrogramPicture(new Float32Array(12).fill(value), 3, 4, 'frequency-time').data.length).toBe(36);
  }
  const mostly = Float32Array.from({ length: 400 }, (_, index) =>
    index === 0 ? Number.NEGATIVE_INFINITY : index / 400,
  );
  expect(brightness(spectrogramPicture(mostly, 20, 20, 'frequency-time'), 19, 0)).toBeGreaterThan(500);
});

test('a box and a ring mark their own places, also beyond the edge', () => {
  const boxed = drawBox(grey(40, 40), { x: 10, y: 5, width: 50, height: 20 });
  expect([...boxed.data.subarray(3 * (15 * 40 + 10), 3 * (15 * 40 + 10) + 3)]).toEqual([64, 224, 128]);
  expect(brightness(boxed, 25, 15)).toBe(384);
  const ringed = drawRing(grey(40, 40, 0), { x: 20, y: 20 }, [255, 255, 255], 8);
  expect(brightness(ringed, 28, 20)).toBe(765);
  expect(brightness(ringed, 20, 20)).toBe(0);
});

test('a PNG holds exactly the picture', async () => {
  const picture = { width: 5, height: 3, data: Uint8Array.from({ length: 45 }, (_, index) => index * 5) };
  const { data, info } = await sharp(await encodePng(picture))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([5, 3, 3]);
  expect(new Uint8Array(data)).toEqual(picture.data);
});

test('the description of an attention map says in words where it peaks', async () => {
  const values = Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1);
  const map = { name: 'attention of the picture', values, rows: 3, columns: 3 };
  const shown = { kind: 'picture', picture: grey(30, 30), caption: 'Frame at 2.5 s', map } as const;
  expect((await pictureFigures(shown, pictureUri)).map(({ description }) => description)).toEqual([
    'Frame at 2.5 s',
    'The same picture with attention of the picture, strongest at the bottom right',
  ]);
});
