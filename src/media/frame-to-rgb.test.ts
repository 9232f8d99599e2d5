import { expect, test } from 'vitest';
import { frameToRgb } from './frame-to-rgb.ts';
import { pixelLayout } from './pixel-layout.ts';
import { upright } from './upright.ts';

/** One pixel of 4:4:4. */
function pixel(format: string, [y, u, v]: readonly number[], matrix: string | undefined, fullRange: boolean): number[] {
  const layout = pixelLayout(format)!;
  const plane = (value: number) => ({
    data: layout.bitDepth > 8 ? new Uint8Array([value & 255, value >> 8]) : new Uint8Array([value]),
    stride: 2,
  });
  return [...frameToRgb(layout, [plane(y!), plane(u!), plane(v!)], 1, 1, { matrix, fullRange }).data];
}

// Code values of pure colours, from the standards' own definitions.
test.each([
  ['BT.601 red', 'I444', [81, 90, 240], 'smpte170m', false, [254, 0, 0]],
  ['BT.709 red', 'I444', [63, 102, 240], 'bt709', false, [255, 1, 0]],
  ['BT.709 green', 'I444', [173, 42, 26], 'bt709', false, [0, 255, 1]],
  ['BT.2020 blue', 'I444', [29, 240, 119], 'bt2020-ncl', false, [0, 0, 255]],
  ['limited white', 'I444', [235, 128, 128], 'bt709', false, [255, 255, 255]],
  ['limited black', 'I444', [16, 128, 128], 'bt709', false, [0, 0, 0]],
  ['full-range grey', 'I444', [77, 128, 128], 'bt709', true, [77, 77, 77]],
  ['10-bit white', 'I444P10', [940, 512, 512], 'bt709', false, [255, 255, 255]],
  ['10-bit red', 'I444P10', [250, 409, 960], 'bt709', false, [255, 0, 0]],
  ['planes of green, blue and red', 'I444', [1, 2, 3], 'rgb', true, [3, 1, 2]],
] as const)('%s', (_, format, codes, matrix, fullRange, expected) => {
  pixel(format, codes, matrix, fullRange).forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1);
  });
});

test('without a stated matrix, pictures of 720 lines and more are BT.709, smaller ones BT.601', () => {
  const layout = pixelLayout('I420')!;
  const red = (height: number) => {
    const plane = (value: number, size: number) => ({ data: new Uint8Array(size).fill(value), stride: 2 });
    return frameToRgb(layout, [plane(63, height * 2), plane(102, height), plane(240, height)], 2, height, {
      matrix: undefined,
      fullRange: false,
    }).data[1]!;
  };
  expect(red(720)).toBeLessThan(3);
  expect(
    frameToRgb(
      layout,
      [
        { data: new Uint8Array(4).fill(81), stride: 2 },
        { data: new Uint8Array([90]), stride: 1 },
        { data: new Uint8Array([240]), stride: 1 },
      ],
      2,
      2,
      { matrix: undefined, fullRange: false },
    ).data.slice(0, 3),
  ).toEqual(new Uint8Array([254, 0, 0]));
});

test('chroma pairs and odd sizes: NV12 equals I420', () => {
  const y = { data: Uint8Array.from({ length: 9 }, (_, i) => 40 + i * 20), stride: 3 };
  const u = [100, 120, 140, 160];
  const v = [90, 110, 130, 150];
  const colour = { matrix: 'bt709', fullRange: false };
  const three = frameToRgb(
    pixelLayout('I420')!,
    [y, { data: new Uint8Array(u), stride: 2 }, { data: new Uint8Array(v), stride: 2 }],
    3,
    3,
    colour,
  );
  const paired = new Uint8Array(u.flatMap((value, i) => [value, v[i]!]));
  expect(frameToRgb(pixelLayout('NV12')!, [y, { data: paired, stride: 4 }], 3, 3, colour)).toEqual(three);
});

test('turning by 90 degrees four times, and mirroring twice, change nothing', () => {
  const picture = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i) };
  const once = upright(picture, 90, false);
  expect([once.width, once.height, ...once.data.slice(0, 6)]).toEqual([2, 3, 9, 10, 11, 0, 1, 2]);
  expect(upright(upright(once, 180, false), 90, false)).toEqual(picture);
  expect(upright(upright(picture, 0, true), 0, true)).toEqual(picture);
  expect(upright(upright(picture, 270, false), 90, false)).toEqual(picture);
});
