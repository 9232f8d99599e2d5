// Where in a clip picture and sound part: the judgement of short stretches over time, and which side gives each away.
import { sigmoid } from '../../../infer/decision.ts';
import { framesPerSecond } from './reading.ts';
import { hopSeconds, stretchMoments, stretchStarts } from './stretches.ts';

/** A stretch of a clip in seconds on the clip's clock. */
export type Stretch = { readonly start: number; readonly end: number };

/** `score`: a logit, above 0 where the stretch is more like the fakes of the training than like its real clips. */
export type ScoredStretch = Stretch & { readonly score: number };

export type Side = 'picture' | 'sound' | 'meeting';

/** A scored stretch, and what gives it away. */
export type Period = ScoredStretch & { side: 'picture' | 'meeting' };

/** @param logits of all stretches of a window that has so many moments and begins at `start`. */
export function scoredStretches(logits: Float32Array, moments: number, start: number): ScoredStretch[] {
  return stretchStarts(moments).map((first, k) => ({
    start: start + first / framesPerSecond,
    end: start + (first + stretchMoments + 1) / framesPerSecond,
    score: logits[k]!,
  }));
}

/** Runs of moments that are 1, of at least so many seconds. @param start of the first moment in seconds. */
export function runsOf(moments: Float32Array, start: number, least = hopSeconds): Stretch[] {
  const runs: Stretch[] = [];
  for (let first = 0; first < moments.length; first++) {
    if (moments[first] !== 1) continue;
    let last = first;
    while (moments[last + 1] === 1) last++;
    const run = { start: start + first / framesPerSecond, end: start + (last + 1) / framesPerSecond };
    if (run.end - run.start >= least) runs.push(run);
    first = last;
  }
  return runs;
}

/** Overlapping or touching stretches as one. */
export function joined(stretches: readonly Stretch[]): Stretch[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of stretches.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && start <= last.end + 1e-6) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

export type Moment = {
  /** Seconds from the clip's beginning, half a second apart. */
  readonly time: number;
  /** The mean score of the stretches that hold it, the nearer their middle the more they count. */
  readonly score: number;
  /** The score as a probability, 0 to 1, as if half of all clips were fakes as in training. */
  readonly probability: number;
};

export function timelineOf(stretches: readonly ScoredStretch[], duration: number): Moment[] {
  if (stretches.length === 0) return [];
  return Array.from({ length: Math.ceil(duration / hopSeconds) }, (_, step) => {
    const time = (step + 0.5) * hopSeconds;
    const nearness = ({ start, end }: Stretch) => 1 - Math.abs(time - (start + end) / 2) / ((end - start) / 2);
    const holding = stretches.filter((one) => nearness(one) > 0);
    const nearest = time < stretches[0]!.end ? stretches[0]! : stretches.at(-1)!;
    const weights = holding.map(nearness);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const score =
      total > 0 ? holding.reduce((sum, { score }, i) => sum + score * (weights[i]! / total), 0) : nearest.score;
    return { time, score, probability: sigmoid(score) };
  });
}

/** Neighbouring moments of at least a score as periods of seconds, each with its highest score. */
export function periodsAbove(timeline: readonly Moment[], least: number): ScoredStretch[] {
  const periods: { start: number; end: number; score: number }[] = [];
  for (const { time, score } of timeline) {
    if (score < least) continue;
    const [start, end] = [time - hopSeconds / 2, time + hopSeconds / 2];
    const last = periods.at(-1);
    if (last && start - last.end < hopSeconds / 2) {
      last.end = end;
      last.score = Math.max(last.score, score);
    } else periods.push({ start, end, score });
  }
  return periods;
}

/**
 * The seconds at fault. Where the picture stands still within them, that is the fault, and its seconds are known
 * exactly.
 */
export function periodsAtFault(timeline: readonly Moment[], still: readonly Stretch[], least: number): Period[] {
  return periodsAbove(timeline, least).flatMap((period): Period[] => {
    const runs = still.filter(({ start, end }) => start < period.end && end > period.start);
    if (runs.length === 0) return [{ ...period, side: 'meeting' }];
    return runs.map(({ start, end }) => ({ start, end, score: period.score, side: 'picture' }));
  });
}

/**
 * Which side gives a clip away: a picture that stands still or a sound that is silent for more than a fifth of it, or
 * else only their meeting.
 * @param shares of the clip, 0 to 1.
 */
export function sideAtFault({ still, silent }: { readonly still: number; readonly silent: number }): Side {
  if (still > 0.2 && still >= silent) return 'picture';
  return silent > 0.2 ? 'sound' : 'meeting';
}
