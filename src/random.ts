// Random numbers named by keys, so that any draw can be repeated without having stored a generator's state:
// createRandom(seed, 'augment', epoch, index) is the same sequence on every machine and after every resume.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export type Random = {
  /** A number in [0, 1). */
  uniform(): number;
  /** A draw from the unit normal. */
  normal(): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /** The items in a random order; the argument stays as it is. */
  shuffle<Item>(items: readonly Item[]): Item[];
};

/** A generator whose sequence depends on the keys alone, in their order. */
export function createRandom(...keys: readonly (number | string)[]): Random {
  const generator = xoroshiro128plus(hashKeys(keys));
  // Its first outputs still show the seed's bits.
  for (let skipped = 0; skipped < 16; skipped++) generator.next();
  const uniform = () => uniformFloat64(generator);
  const integer = (below: number) => uniformInt(generator, 0, below - 1);
  let spare: number | undefined;
  return {
    uniform,
    integer,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      // Box and Muller; 1 - uniform() keeps the logarithm finite.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    shuffle(items) {
      const order = [...items];
      for (let last = order.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        [order[last], order[other]] = [order[other] as never, order[last] as never];
      }
      return order;
    },
  };
}

/**
 * FNV-1a over the keys' text, with a separator so that ('a', 'b') and ('ab') differ; then its bits mixed, so that
 * neighbouring keys do too.
 */
function hashKeys(keys: readonly (number | string)[]): number {
  let hash = 0x811c9dc5;
  for (const character of keys.map(String).join('\u0000')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
