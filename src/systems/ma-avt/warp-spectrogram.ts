// The same sound by another voice, at another pace, a little later and louder: a spectrogram stretched along frequency
// (vocal tract length perturbation, Jaitly and Hinton 2013) and time, shifted in time, and changed in level.

import type { Size } from '../../data/settings.ts';
import type { Random } from '../../random.ts';
import type { FrontEnd } from '../../signal/front-ends.ts';

/** From first trials (docs/results.md). Stretches are factors up to exp of it, either way. */
const most = { frequency: 0.15, time: 0.2, later: 1 / 7, level: 0.1 } as const;

/** A warped copy; what lies outside of the spectrogram is as quiet as its quietest cell. */
export function warpSpectrogram(
  spectrogram: Float32Array,
  { height, width }: Size,
  axes: FrontEnd['axes'],
  random: Random,
): Float32Array {
  const either = (range: number) => (2 * random.uniform() - 1) * range;
  const inTime = { stretch: Math.exp(either(most.time)), shift: random.uniform() * most.later };
  const inFrequency = { stretch: Math.exp(either(most.frequency)), shift: 0 };
  const level = either(most.level);
  const [down, across] = axes === 'time-frequency' ? [inTime, inFrequency] : [inFrequency, inTime];
  const quietest = spectrogram.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const rows = placesOf(height, down);
  const columns = placesOf(width, across);
  const warped = new Float32Array(height * width);
  const cell = (row: number, column: number) =>
    row < 0 || row >= height || column < 0 || column >= width ? quietest : spectrogram[row * width + column]!;
  for (const [row, { first: top, share: below }] of rows.entries())
    for (const [column, { first: left, share: right }] of columns.entries()) {
      const value =
        (1 - below) * ((1 - right) * cell(top, left) + right * cell(top, left + 1)) +
        below * ((1 - right) * cell(top + 1, left) + right * cell(top + 1, left + 1));
      warped[row * width + column] = value > quietest ? Math.max(value + level, quietest) : value;
    }
  return warped;
}

/** Between which two cells of an axis each warped cell is read, and how near to the second. */
function placesOf(length: number, { stretch, shift }: { readonly stretch: number; readonly shift: number }) {
  return Array.from({ length }, (_, index) => {
    const place = index * stretch - shift * length;
    const first = Math.floor(place);
    return { first, share: place - first };
  });
}
