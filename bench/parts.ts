// A training step whose batch passes in parts, beside the same step at once: the same gradients, less memory, more
// time.
import { join } from 'node:path';
import { compare } from './compare.ts';
import { benchModel, clips, type Size } from './models.ts';
import { duetName } from './peers.ts';
import type { Fact } from './results.ts';
import type { Outcome, Settings } from './workloads.ts';

/** Alike but for rounding: sums over the parts are taken in another order. */
const tolerance = 1e-4;
/** A larger batch at once needs more memory than most machines have, and is not measured. */
const mostAtOnce = 64;

export async function measureParts(
  size: Size,
  batch: number,
  clipsAtOnce: number,
  { cache, pace, contestants }: Settings,
): Promise<Outcome> {
  const folder = join(cache, batch > clips ? `models-${batch}` : 'models');
  const { files } = await benchModel(size, folder, Math.max(batch, clips));
  const duet = contestants[0]!;
  const inParts = { ...duet, name: `${duetName}, ${clipsAtOnce} clips at once`, variant: 'parts', tolerance };
  const job = { kind: 'step', files, batch, clipsAtOnce } as const;
  if (batch > mostAtOnce) {
    const sides = await compare(job, [inParts], { ...pace, leastRounds: 1, mostRounds: 1 });
    return {
      sides,
      facts: [],
      targets: [
        { what: 'peak memory over 8 GB', value: (sides[0]!.peakMemory ?? Number.NaN) / 8e9, most: 1, unit: 'ratio' },
      ],
    };
  }
  const sides = await compare(job, [duet, inParts], { ...pace, leastRounds: 2, mostRounds: 4 });
  const [whole, parts] = sides;
  const facts: Fact[] = [];
  if (whole?.peakMemory !== undefined && parts?.peakMemory !== undefined)
    facts.push({
      name: 'its memory over that of the step at once',
      value: parts.peakMemory / whole.peakMemory,
      unit: 'ratio',
    });
  const value = parts?.ratio && 1 / parts.ratio.median;
  return {
    sides,
    facts,
    ...(value && { targets: [{ what: 'its time over that of the step at once', value, most: 1.6, unit: 'ratio' }] }),
  };
}
