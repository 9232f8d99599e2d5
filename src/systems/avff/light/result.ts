// What is said of a clip: from the model's answers for its windows to a verdict, the sound's offset, and the seconds at
// fault.
import * as z from 'zod';
import type { Arrays } from '../../../data/intake.ts';
import type { Results } from '../../../runtime/feeds.ts';
import { lags, margin, offsetOf } from './agreement.ts';
import { cells } from './features.ts';
import { bands } from './reading.ts';
import { type Moment, periodsAbove, type StretchScore, sideAtFault, stretchScores, timelineOf } from './timeline.ts';
import { type Calibration, decide } from './verdict.ts';

export type WindowAnswer = {
  /** Seconds on the clip's clock. */
  readonly start: number;
  readonly end: number;
  readonly logit: number;
  /** Shares of moments. */
  readonly still: number;
  readonly silent: number;
  /** Agreement at every lag. */
  readonly curves: { readonly v2a: Float32Array; readonly a2v: Float32Array };
  readonly stretches: readonly StretchScore[];
};

/**
 * @param outputs the model's for one window, without the batch axis, `predictions` asked for.
 * @param window with the inputs that the intake made.
 */
export function answerOf(
  outputs: Results,
  { start, end, inputs }: { readonly start: number; readonly end: number; readonly inputs: Arrays },
): WindowAnswer {
  const floats = (name: string) => inputs[name] as Float32Array;
  const moments = floats('present').reduce((sum, value) => sum + value, 0);
  const cut = (series: Float32Array, width: number) => series.subarray(0, moments * width);
  const [still, silent] = [floats('still')[0]!, floats('silent')[0]!];
  const features = {
    ...{ moments, still, silent },
    motion: cut(floats('motion'), cells),
    sound: cut(floats('sound'), bands),
  };
  const predictions = { v2a: cut(outputs.v2a!, bands), a2v: cut(outputs.a2v!, cells) };
  return {
    ...{ start, end, still, silent, logit: outputs.logit![0]! },
    curves: { v2a: outputs.v2a_curve!, a2v: outputs.a2v_curve! },
    stretches: stretchScores(features, predictions).map((stretch) => ({
      ...stretch,
      start: stretch.start + start,
      end: stretch.end + start,
    })),
  };
}

const periodSchema = z.object({ start: z.number(), end: z.number(), score: z.number() });

export const lightResultSchema = z.object({
  seconds: z.number(),
  verdict: z.enum(['agree', 'do not agree', 'cannot tell']),
  /** Why nothing can be decided. */
  reason: z.enum(['too short', 'still picture', 'silence', 'too close']).optional(),
  /** Share of the real clips of the calibration that score at least as high; absent without a calibration. */
  falseAlarms: z.number().optional(),
  /** Above 0 for a clip that is more like the fakes of the training than like its real clips. */
  score: z.number(),
  /** Seconds by which the sound is late, the mean of what both directions find; below 0: early. */
  offset: z.number(),
  /** How far the agreement near lag 0 stands above that at distant lags, in each direction. */
  margins: z.object({ v2a: z.number(), a2v: z.number() }),
  /** Which side gives the clip away, where it does not agree. */
  side: z.enum(['picture', 'sound', 'meeting']).optional(),
  /** The score of the three seconds around every half second. */
  timeline: z.array(z.object({ time: z.number(), score: z.number() })),
  /** Stretches that agree as little as different moments do. */
  periods: z.array(periodSchema),
  /** What was not looked at. */
  notChecked: z.array(z.string()),
});
export type LightResult = z.infer<typeof lightResultSchema>;

/** Both margins together are below 0 where moments that belong together agree no better than others do. */
const leastPeriodScore = 0;
const notChecked = ['faces that were drawn to follow the sound', 'traces of editing'];

/** @param answers of all windows of a clip in order, at least one. */
export function resultOf(answers: readonly WindowAnswer[], calibration?: Calibration): LightResult {
  const seconds = answers.at(-1)!.end;
  const weights = answers.map(({ start, end }) => end - start);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const meanOf = (read: (answer: WindowAnswer) => number) =>
    answers.reduce((sum, answer, i) => sum + read(answer) * (weights[i]! / total), 0);
  const curve = (direction: 'v2a' | 'a2v') =>
    Float32Array.from(lags, (_, place) => meanOf(({ curves }) => curves[direction][place]!));
  const [v2a, a2v] = [curve('v2a'), curve('a2v')];
  const evidence = {
    ...{ seconds, logit: meanOf(({ logit }) => logit) },
    ...{ still: meanOf(({ still }) => still), silent: meanOf(({ silent }) => silent) },
  };
  const verdict = decide(evidence, calibration);
  const timeline: Moment[] = timelineOf(
    answers.flatMap(({ stretches }) => stretches),
    seconds,
  );
  return {
    seconds,
    verdict: verdict.kind,
    ...(verdict.kind === 'cannot tell' ? { reason: verdict.reason } : { falseAlarms: verdict.falseAlarms }),
    score: evidence.logit,
    offset: (offsetOf(v2a, 'v2a') + offsetOf(a2v, 'a2v')) / 2,
    margins: { v2a: margin(v2a), a2v: margin(a2v) },
    ...(verdict.kind === 'do not agree' && { side: sideAtFault(evidence) }),
    timeline,
    periods: periodsAbove(timeline, leastPeriodScore),
    notChecked,
  };
}
