// Medians and quartiles, and what a machine can do at best.

export type Spread = {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
  readonly samples: number;
};

/**
 * Median and quartiles, interpolated linearly between neighbours (Hyndman and Fan 1996, type 7). @throws without
 * values.
 */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('a spread needs at least one value');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)]!;
    return below + (place % 1) * (sorted[Math.ceil(place)]! - below);
  };
  return { median: at(0.5), lower: at(0.25), upper: at(0.75), samples: values.length };
}
