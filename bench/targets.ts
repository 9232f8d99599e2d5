// What Duet promises of its speed, as numbers that a bench gives: ViT-B/16 on two cores.
import type { SideResult } from './compare.ts';
import type { Floor } from './floor.ts';
import { duetName, eagerBf16Name, eagerName, int8Name } from './peers.ts';

export type Target = {
  readonly what: string;
  readonly value: number;
  /** The value may be at most this, or has to be at least this. */
  readonly most?: number;
  readonly least?: number;
  readonly unit: 'ratio' | 's' | 'share';
};

export function isReached({
  value,
  most = Number.POSITIVE_INFINITY,
  least = Number.NEGATIVE_INFINITY,
}: Target): boolean {
  return value <= most && value >= least;
}

/** Duet's time over another side's, in the same rounds. */
function over(sides: readonly SideResult[], other: string, kind: 'ratio' | 'int8Ratio', most: number): Target[] {
  const value = sides.find(({ name }) => name === other)?.[kind]?.median;
  if (value === undefined) return [];
  return [{ what: `${kind === 'ratio' ? duetName : int8Name} over ${other}`, value, most, unit: 'ratio' }];
}

const timeOf = (sides: readonly SideResult[], side: string) =>
  sides.find(({ name }) => name === side)?.milliseconds?.median;

export function predictionTargets(sides: readonly SideResult[]): Target[] {
  return [
    ...over(sides, eagerName, 'ratio', 0.6),
    ...over(sides, eagerName, 'int8Ratio', 0.25),
    ...over(sides, eagerBf16Name, 'int8Ratio', 1),
  ];
}

export function stepTargets(sides: readonly SideResult[], floor: Floor | undefined): Target[] {
  const distance = (name: string, least: number | undefined): Target[] => {
    const time = timeOf(sides, name);
    if (time === undefined || least === undefined) return [];
    return [{ what: `${name} over the floor of its precision`, value: time / least, most: 1.25, unit: 'ratio' }];
  };
  // The faster of the two precisions is what the promise of half of PyTorch's time is about.
  return [
    ...over(sides, eagerName, 'ratio', 0.5),
    ...over(sides, eagerName, 'int8Ratio', 0.5),
    ...distance(duetName, floor?.milliseconds),
    ...distance(int8Name, floor?.int8Milliseconds),
  ];
}

/** Peak memory of predicting beside what is allowed: 1.3 times the weights and 300 MB. */
export function memoryTarget(name: string, peak: number, weightBytes: number): Target {
  return {
    what: `${name}: peak memory over 1.3 x weights + 300 MB`,
    value: peak / (1.3 * weightBytes + 300e6),
    most: 1,
    unit: 'ratio',
  };
}
