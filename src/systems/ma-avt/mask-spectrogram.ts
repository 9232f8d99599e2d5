// One stretch of time and one band of frequencies hidden, as in SpecAugment (arXiv 1904.08779, section 2), without its
// time warp.

import type { Size } from '../../data/settings.ts';
import type { Random } from '../../random.ts';
import type { FrontEnd } from '../../signal/front-ends.ts';

export type Masking = {
  /** Longest masked stretch along time, in cells of the spectrogram. */
  readonly maxTime: number;
  /** Widest masked band of frequencies, in cells. */
  readonly maxFrequency: number;
};

/**
 * Fills, in place, a stretch of up to `maxTime` columns and a band of up to `maxFrequency` rows (exchanged when time
 * goes down) with the spectrogram's mean. Widths are uniform from 0 on, places uniform.
 */
export function maskSpectrogram(
  spectrogram: Float32Array,
  { height, width }: Size,
  axes: FrontEnd['axes'],
  { maxTime, maxFrequency }: Masking,
  random: Random,
): void {
  const mean = spectrogram.reduce((sum, value) => sum + value, 0) / spectrogram.length;
  const stretch = (length: number, most: number) => {
    const size = random.integer(Math.min(most, length) + 1);
    const start = random.integer(length - size + 1);
    return [start, start + size] as const;
  };
  const timeFirst = axes === 'time-frequency';
  const [left, right] = stretch(width, timeFirst ? maxFrequency : maxTime);
  const [top, bottom] = stretch(height, timeFirst ? maxTime : maxFrequency);
  for (let row = 0; row < height; row++) {
    const start = row * width;
    if (row >= top && row < bottom) spectrogram.fill(mean, start, start + width);
    else spectrogram.fill(mean, start + left, start + right);
  }
}
