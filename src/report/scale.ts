// Axes: from values to places, and the round values worth a tick.

export type Scale = {
  (value: number): number;
  readonly domain: readonly [number, number];
};

/** A straight line from `domain` to `range`. An empty domain is widened so that its one value sits in the middle. */
export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [low, high] = domain[0] === domain[1] ? [domain[0] - 0.5, domain[1] + 0.5] : domain;
  const slope = (range[1] - range[0]) / (high - low);
  return Object.assign((value: number) => range[0] + slope * (value - low), { domain: [low, high] as const });
}

/** About `count` round values (1, 2 or 5 times a power of ten apart) inside the domain, ascending. */
export function roundTicks(low: number, high: number, count: number): number[] {
  const step = roundStep((high - low) / Math.max(1, count));
  if (!(step > 0)) return [low];
  const ticks: number[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

function roundStep(rough: number): number {
  if (!(rough > 0) || !Number.isFinite(rough)) return 0;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  return power * (factor > 5 ? 10 : factor > 2 ? 5 : factor > 1 ? 2 : 1);
}

/** About `count` values a round number of seconds, minutes or hours apart, from 0. */
export function timeTicks(end: number, count: number): number[] {
  const rough = end / Math.max(1, count);
  const step =
    [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].find(
      (candidate) => candidate >= rough,
    ) ?? 14400;
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, index) => Number((index * step).toFixed(3)));
}
