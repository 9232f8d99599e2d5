// Where in a clip picture and sound part: the agreement of short stretches, and which side gives each away.
import { agreement, margin } from './agreement.ts';
import { cells, type Features } from './features.ts';
import { bands, framesPerSecond } from './reading.ts';

/** Seconds that a stretch lasts, and from one to the next. */
export const stretchSeconds = 3;
const hopSeconds = 0.5;

/** What each side predicts of the other over a whole clip, T x 8 and T x 49 values. */
export type Predictions = { readonly v2a: Float32Array; readonly a2v: Float32Array };

export type Side = 'picture' | 'sound' | 'meeting';

export type StretchScore = {
  /** Seconds from the clip's beginning. */
  readonly start: number;
  readonly end: number;
  /** Minus both margins: the higher, the less picture and sound belong together. */
  readonly score: number;
};

/** The scores of all stretches of a clip, one after another; none where it is shorter than one. */
export function stretchScores(features: Features, predictions: Predictions): StretchScore[] {
  const length = stretchSeconds * framesPerSecond;
  const scores: StretchScore[] = [];
  for (let k = 0; ; k++) {
    const start = Math.round(k * hopSeconds * framesPerSecond);
    const end = start + length;
    if (end > features.moments) return scores;
    const cut = (series: Float32Array, width: number) => series.subarray(start * width, end * width);
    const marginOf = (predicted: Float32Array, truth: Float32Array, width: number) =>
      margin(agreement(cut(predicted, width), cut(truth, width), width));
    const together =
      marginOf(predictions.v2a, features.sound, bands) + marginOf(predictions.a2v, features.motion, cells);
    scores.push({ start: start / framesPerSecond, end: end / framesPerSecond, score: -together });
  }
}

export type Moment = {
  /** Seconds from the clip's beginning, `stepSeconds` apart. */
  readonly time: number;
  /** The mean score of the stretches that hold it. */
  readonly score: number;
};

/** The same at every half second: each takes the mean of the stretches around it. */
export function timelineOf(stretches: readonly StretchScore[], duration: number): Moment[] {
  if (stretches.length === 0) return [];
  return Array.from({ length: Math.ceil(duration / hopSeconds) }, (_, step) => {
    const time = (step + 0.5) * hopSeconds;
    const holding = stretches.filter(({ start, end }) => start <= time && time < end);
    const nearest = holding.length > 0 ? holding : [time < stretches[0]!.start ? stretches[0]! : stretches.at(-1)!];
    return { time, score: nearest.reduce((sum, { score }) => sum + score, 0) / nearest.length };
  });
}

/** Neighbouring moments above a threshold as periods of seconds, each with its highest score. */
export function periodsAbove(
  timeline: readonly Moment[],
  threshold: number,
): { readonly start: number; readonly end: number; readonly score: number }[] {
  const periods: { start: number; end: number; score: number }[] = [];
  for (const { time, score } of timeline) {
    if (score < threshold) continue;
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
 * Which side gives a stretch away: a picture or a sound that stands still for more than a fifth of it, or else only
 * their meeting.
 */
export function sideAtFault({ still, silent }: Pick<Features, 'still' | 'silent'>): Side {
  if (still > 0.2 && still >= silent) return 'picture';
  return silent > 0.2 ? 'sound' : 'meeting';
}
