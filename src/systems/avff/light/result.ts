// What is said of a clip: from the model's answers for its windows to a verdict, the sound's offset, and the seconds at
// fault.
import * as z from 'zod';
import type { Arrays } from '../../../data/intake.ts';
import { sigmoid } from '../../../infer/decision.ts';
import type { Results } from '../../../runtime/feeds.ts';
import { lags, margin, offsetOf } from './agreement.ts';
import {
  joined,
  periodsAtFault,
  runsOf,
  type ScoredStretch,
  type Stretch,
  scoredStretches,
  sideAtFault,
  timelineOf,
} from './timeline.ts';
import { type Calibration, decide } from './verdict.ts';

/** The detector's measurements in one window. */
export type WindowAnswer = Stretch & {
  /** Whether it was seen after a strong encoding. */
  readonly isRecoded: boolean;
  readonly logit: number;
  /** Shares of moments. */
  readonly still: number;
  readonly silent: number;
  /** Agreement at every lag. */
  readonly curves: { readonly v2a: Float32Array; readonly a2v: Float32Array };
  readonly stretches: readonly ScoredStretch[];
  /** Where the picture stands still. */
  readonly stillStretches: readonly Stretch[];
};

/**
 * @param outputs the model's for one window, without the batch axis.
 * @param window with the inputs that the intake made.
 */
export function answerOf(
  outputs: Results,
  { start, end, inputs }: { readonly start: number; readonly end: number; readonly inputs: Arrays },
): WindowAnswer {
  const moments = sumOf(inputs.present as Float32Array);
  const marks = (name: string) => (inputs[name] as Float32Array).subarray(0, moments);
  const [stills, silents] = [marks('stills'), marks('silents')];
  return {
    ...{ start, end, isRecoded: (inputs.recoded as Float32Array)[0] === 1, logit: outputs.logit![0]! },
    ...{ still: sumOf(stills) / moments, silent: sumOf(silents) / moments },
    curves: { v2a: outputs.v2a_curve!, a2v: outputs.a2v_curve! },
    stretches: scoredStretches(outputs.stretches ?? new Float32Array(0), moments, start),
    stillStretches: runsOf(stills, start),
  };
}

function sumOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

const share = z.number().min(0).max(1);

/** What the detector says of a clip: whether picture and sound belong together, and where they do not; in seconds. */
export const lightResultSchema = z.object({
  seconds: z.number(),
  verdict: z.enum(['agree', 'do not agree', 'cannot tell']),
  /** Why nothing can be decided. */
  reason: z.enum(['too short', 'still picture', 'silence', 'too close', 'another encoding']).optional(),
  /** Share of the real clips of the calibration that score at least as high; absent without a calibration. */
  falseAlarms: share.optional(),
  /** Above 0 for a clip that is more like the fakes of the training than like its real clips. */
  score: z.number(),
  /** The score after a strong encoding (VP8 and Opus at low rates); absent where there is no encoder. */
  recodedScore: z.number().optional(),
  /** The score as a probability of being tampered with, if half of all clips were, in the ways of the training. */
  probability: share,
  /** Seconds by which the sound is late, the mean of what both directions find; below 0: early. */
  offset: z.number(),
  /** How far the agreement near lag 0 stands above that at distant lags, in each direction. */
  margins: z.object({ v2a: z.number(), a2v: z.number() }),
  /** Which side gives the clip away, where it does not agree. */
  side: z.enum(['picture', 'sound', 'meeting']).optional(),
  /** Score and probability of the three seconds around every half second. */
  timeline: z.array(z.object({ time: z.number(), score: z.number(), probability: share })),
  /** Stretches that score above 0 by themselves, each with what gives it away. */
  periods: z.array(
    z.object({ start: z.number(), end: z.number(), score: z.number(), side: z.enum(['picture', 'meeting']) }),
  ),
  /** No result is a proof: what was not looked at. */
  notChecked: z.array(z.string()),
});
/** What `lightResultSchema` checks. */
export type LightResult = z.infer<typeof lightResultSchema>;

const leastPeriodScore = 0;
const notChecked = [
  'faces that were drawn to follow the sound',
  'voices made to follow the picture',
  'traces of editing',
];
const encodingNotChecked = 'whether another encoding would turn the verdict';

/**
 * @param all answers of all windows of a clip in order, at least one. Those after a strong encoding say only what that
 * would change, unless there are no others.
 */
export function resultOf(all: readonly WindowAnswer[], calibration?: Calibration): LightResult {
  const asTheyAre = all.filter(({ isRecoded }) => !isRecoded);
  const answers = asTheyAre.length > 0 ? asTheyAre : all;
  const recodedAnswers = asTheyAre.length > 0 ? all.filter(({ isRecoded }) => isRecoded) : [];
  const seconds = answers.at(-1)!.end - answers[0]!.start;
  const meanOf = (read: (answer: WindowAnswer) => number, of = answers) => {
    const total = of.reduce((sum, { start, end }) => sum + end - start, 0);
    return of.reduce((sum, answer) => sum + read(answer) * ((answer.end - answer.start) / total), 0);
  };
  const curve = (direction: 'v2a' | 'a2v') =>
    Float32Array.from(lags, (_, place) => meanOf(({ curves }) => curves[direction][place]!));
  const [v2a, a2v] = [curve('v2a'), curve('a2v')];
  const evidence = {
    ...{ seconds, logit: meanOf(({ logit }) => logit) },
    recoded: recodedAnswers.length === 0 ? undefined : meanOf(({ logit }) => logit, recodedAnswers),
    ...{ still: meanOf(({ still }) => still), silent: meanOf(({ silent }) => silent) },
  };
  const verdict = decide(evidence, calibration);
  const stretches = answers.flatMap((answer) => answer.stretches);
  const still = joined(answers.flatMap(({ stillStretches }) => stillStretches));
  const timeline = timelineOf(stretches, answers.at(-1)!.end);
  return {
    seconds,
    verdict: verdict.kind,
    ...(verdict.kind === 'cannot tell' ? { reason: verdict.reason } : { falseAlarms: verdict.falseAlarms }),
    score: evidence.logit,
    ...(evidence.recoded !== undefined && { recodedScore: evidence.recoded }),
    probability: sigmoid(evidence.logit),
    offset: (offsetOf(v2a, 'v2a') + offsetOf(a2v, 'a2v')) / 2,
    margins: { v2a: margin(v2a), a2v: margin(a2v) },
    ...(verdict.kind === 'do not agree' && { side: sideAtFault(evidence) }),
    timeline,
    periods: periodsAtFault(timeline, still, leastPeriodScore),
    notChecked: evidence.recoded === undefined ? [...notChecked, encodingNotChecked] : notChecked,
  };
}
