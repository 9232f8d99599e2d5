import { expect, test } from 'vitest';
import type { Random } from '../../random.ts';
import { warpSpectrogram } from './warp-spectrogram.ts';

const size = { height: 14, width: 8 };
const quiet = -2;
/** One loud cell. */
const spectrogram = (row: number, column: number) => {
  const cells = new Float32Array(size.height * size.width).fill(quiet);
  cells[row * size.width + column] = 1;
  return cells;
};
/** The draws of a warp in its order: pace, delay, pitch, level. */
const drawing = (...draws: number[]): Random => ({ uniform: () => draws.shift()! }) as Random;
const middle = 0.5;

test('with nothing drawn a sound stays as it is', () => {
  const sound = spectrogram(4, 3);
  expect(warpSpectrogram(sound, size, 'time-frequency', drawing(middle, 0, middle, middle))).toEqual(sound);
});

test('a delay moves a sound along time and leaves silence before it, a level changes what is not silence', () => {
  const later = warpSpectrogram(spectrogram(4, 3), size, 'time-frequency', drawing(middle, 1, middle, 1));
  const expected = spectrogram(6, 3).map((value) => (value > quiet ? value + 0.1 : value));
  for (const [index, value] of expected.entries()) expect(later[index]).toBeCloseTo(value, 6);
});

test('another voice moves a sound along frequency, whichever axis that is', () => {
  const centre = (cells: Float32Array, axis: 'rows' | 'columns') => {
    const heard = [...cells.entries()].map(([index, value]) => {
      const place = axis === 'rows' ? Math.floor(index / size.width) : index % size.width;
      return [place, value - quiet] as const;
    });
    return heard.reduce((sum, [place, loud]) => sum + place * loud, 0) / heard.reduce((sum, [, loud]) => sum + loud, 0);
  };
  const across = warpSpectrogram(spectrogram(6, 4), size, 'time-frequency', drawing(middle, 0, 1, middle));
  expect(centre(across, 'columns')).toBeLessThan(3.7);
  expect(centre(across, 'rows')).toBeCloseTo(6, 6);
  const down = warpSpectrogram(spectrogram(6, 4), size, 'frequency-time', drawing(middle, 0, 1, middle));
  expect(centre(down, 'rows')).toBeLessThan(5.5);
  expect(centre(down, 'columns')).toBeCloseTo(4, 6);
});
