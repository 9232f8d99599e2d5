// How sure a measured number is: the spread it would have for other test videos of the same kind (Efron and Tibshirani
// 1993, chapter 13).
import type { Random } from '../random.ts';

export type Interval = { readonly low: number; readonly high: number };

/**
 * The percentile interval that a share of resampled values lies in. NaN where no resample has a value.
 * @param units what was drawn by chance, mostly videos.
 * @param statistic the number for a sample in which each unit counts as often as said; NaN for a sample without one.
 */
export function bootstrapInterval(
  units: readonly string[],
  statistic: (weightOf: (unit: string) => number) => number,
  random: Random,
  { rounds = 1000, share = 0.95 } = {},
): Interval {
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const counts = new Map<string, number>();
    for (let draw = 0; draw < units.length; draw++) {
      const unit = units[random.integer(units.length)]!;
      counts.set(unit, (counts.get(unit) ?? 0) + 1);
    }
    const value = statistic((unit) => counts.get(unit) ?? 0);
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  const at = (quantile: number) => values[Math.round(quantile * (values.length - 1))] ?? Number.NaN;
  return { low: at((1 - share) / 2), high: at((1 + share) / 2) };
}
