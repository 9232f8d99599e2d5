import { expect, test } from 'vitest';
import { greyThumbnail } from './grey-thumbnail.ts';

test('each value is the rounded mean luma of the pixels under it, of the centre square', () => {
  // 6 x 4 pixels: the outer columns are not part of the square.
  const data = new Uint8Array(6 * 4 * 3).fill(255);
  const set = (x: number, y: number, red: number, green: number, blue: number) =>
    data.set([red, green, blue], (y * 6 + x) * 3);
  for (let y = 0; y < 4; y++) for (let x = 1; x < 5; x++) set(x, y, 0, 0, 0);
  set(1, 0, 100, 100, 100);
  set(4, 3, 0, 255, 0);
  expect([...greyThumbnail({ width: 6, height: 4, data }, 2)]).toEqual([25, 0, 0, Math.round((0.587 * 255) / 4)]);
});

test('a picture smaller than its thumbnail repeats pixels', () => {
  const data = Uint8Array.from([10, 20, 30, 40].flatMap((grey) => [grey, grey, grey]));
  expect([...greyThumbnail({ width: 2, height: 2, data }, 4)]).toEqual([
    10, 10, 20, 20, 10, 10, 20, 20, 30, 30, 40, 40, 30, 30, 40, 40,
  ]);
});
