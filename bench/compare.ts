// One job on several sides in turn: A B C A B C, each in a process of its own, medians of many runs, ratios of the same
// round.
import { messageOf } from '../src/errors.ts';
import { type Contestant, int8Name } from './peers.ts';
import type { Check, Job } from './protocol.ts';
import { openSide, type Side } from './side.ts';
import { type Spread, spreadOf } from './statistics.ts';

export type SideResult = {
  readonly name: string;
  readonly version?: string;
  /** Why there are no numbers. */
  readonly absent?: string;
  /** Of one run. */
  readonly milliseconds?: Spread;
  /** Duet's time over this side's, in the same round. */
  readonly ratio?: Spread;
  /** The same of Duet in eight bits. */
  readonly int8Ratio?: Spread;
  /** Bytes. */
  readonly peakMemory?: number;
  /** Largest difference of outputs from Duet's, as a share of the largest of their kind. */
  readonly difference?: number;
};

export type Pace = {
  readonly threads: number;
  /** About how long all rounds together may take. */
  readonly seconds: number;
  readonly leastRounds: number;
  readonly mostRounds: number;
};

/** Half a second, after which the threads of the side before have stopped for good. */
const pauseMs = 500;
/** A turn is at least so long, so that a short run is timed several times. */
const turnMs = 1000;
/** A longer run is timed once in a turn. */
const longRunMs = 5000;

type Entry = {
  readonly contestant: Contestant;
  readonly side: Side;
  readonly version: string;
  readonly times: (readonly number[])[];
  readonly check: Check;
  repetitions?: number;
  failure?: string;
};

/** Measures a job. Sides that are absent, fail, or give other numbers than Duet say so in place of a time. */
export async function compare(job: Job, contestants: readonly Contestant[], pace: Pace): Promise<SideResult[]> {
  const results = new Map<string, SideResult>();
  const entries: Entry[] = [];
  try {
    for (const contestant of contestants) {
      const { name, variant, found } = contestant;
      if ('absent' in found) {
        results.set(name, { name, absent: found.absent });
        continue;
      }
      const side = openSide(found);
      try {
        const { version } = await side.prepare(job, pace.threads, variant);
        entries.push({ contestant, side, version, times: [], check: (await side.run(1)).check });
        side.pause();
      } catch (error) {
        await side.close();
        if (entries.length === 0) throw error; // Duet itself
        results.set(name, { name, absent: messageOf(error) });
      }
    }
    const agreeing = entries.filter(({ contestant: { name, tolerance }, check }) => {
      const difference = differenceOf(check, entries[0]!.check);
      if (difference <= tolerance) return true;
      results.set(name, {
        name,
        difference,
        absent: `its outputs differ from Duet's by ${(100 * difference).toFixed(2)} % of the largest`,
      });
      return false;
    });
    await takeTurns(agreeing, pace);
    const int8 = agreeing.find(({ contestant: { name }, failure }) => name === int8Name && failure === undefined);
    for (const entry of agreeing) results.set(entry.contestant.name, resultOf(entry, agreeing[0]!, int8));
  } finally {
    for (const { side } of entries) await side.close();
  }
  return contestants.map(({ name }) => results.get(name)!);
}

async function takeTurns(entries: readonly Entry[], { seconds, leastRounds, mostRounds }: Pace): Promise<void> {
  const began = performance.now();
  for (let round = 0; round < mostRounds; round++) {
    const passed = (performance.now() - began) / 1000;
    // Rounds that take very long are worth fewer.
    if (round >= (passed > 3 * seconds ? 2 : leastRounds) && passed > seconds) break;
    for (const entry of entries) {
      if (entry.failure !== undefined) continue;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      try {
        entry.times.push(await takeTurn(entry));
      } catch (error) {
        if (entry === entries[0]) throw error;
        entry.failure = messageOf(error);
      }
      entry.side.pause();
    }
  }
}

/** The times of one turn in milliseconds. */
async function takeTurn(entry: Entry): Promise<readonly number[]> {
  // The first run of a turn fills caches again, which matters to short runs only.
  const first = (await entry.side.run(1)).milliseconds[0]!;
  entry.repetitions ??= first > longRunMs ? 0 : Math.min(50, Math.max(1, Math.round(turnMs / first)));
  return entry.repetitions === 0 ? [first] : (await entry.side.run(entry.repetitions)).milliseconds;
}

function resultOf(
  { contestant: { name }, side, version, times, check, failure }: Entry,
  duet: Entry,
  int8?: Entry,
): SideResult {
  if (failure !== undefined) return { name, version, absent: failure };
  const peakMemory = side.peakMemory();
  const ofRound = (entry: Pick<Entry, 'times'>, round: number) => spreadOf(entry.times[round]!).median;
  const ratioOf = (entry: Entry) =>
    spreadOf(times.map((_, round) => ofRound(entry, round) / ofRound({ times }, round)));
  return {
    name,
    version,
    milliseconds: spreadOf(times.flat()),
    ratio: ratioOf(duet),
    ...(int8 && { int8Ratio: ratioOf(int8) }),
    ...(peakMemory !== undefined && { peakMemory }),
    difference: differenceOf(check, duet.check),
  };
}

/** For each kind of number the largest difference over the largest value; the worst of them. */
export function differenceOf(check: Check, reference: Check): number {
  const shares = Object.entries(reference).map(([name, values]) => {
    const others = check[name];
    if (others?.length !== values.length) return Number.POSITIVE_INFINITY;
    const largest = Math.max(...values.map(Math.abs), 1e-6);
    return Math.max(...values.map((value, index) => Math.abs(value - others[index]!))) / largest;
  });
  return Math.max(0, ...shares);
}
