// From a score to an answer that a person can use: a verdict with a probability whose basis is known, or the reason why
// there is none.
import * as z from 'zod';
import { DuetError } from '../../../errors.ts';

/** Seconds of a clip below which nothing is said. */
export const shortestSeconds = 3;

export type Verdict =
  /** `falseAlarms`: the share of real clips that would score so high, 0 to 1; unknown without a calibration. */
  | { readonly kind: 'agree' | 'do not agree'; readonly falseAlarms?: number | undefined }
  | { readonly kind: 'cannot tell'; readonly reason: Doubt };

export type Doubt =
  /** Below 3 seconds. */
  | 'too short'
  /** The picture stands still throughout. */
  | 'still picture'
  /** There is no sound. */
  | 'silence'
  /** The score lies where real clips and fakes overlap. */
  | 'too close'
  /** After a strong encoding the verdict is another. */
  | 'another encoding';

export type Evidence = {
  readonly seconds: number;
  /** Above 0 for fake. */
  readonly logit: number;
  /** The same after a strong encoding, where that is known. */
  readonly recoded?: number | undefined;
  /** Shares of moments, 0 to 1. */
  readonly still: number;
  readonly silent: number;
};

const share = z.number().min(0).max(1);

/** Scores of real clips that the detector has not learnt from (`scoreOf`), and the wanted rates. */
export const calibrationSchema = z.strictObject({
  real: z.array(z.number()),
  /** Share of real clips that may be called fake. */
  falseAlarms: share,
  /** Share of real clips that may be called doubtful or fake. */
  doubts: share,
});
export type Calibration = Readonly<z.infer<typeof calibrationSchema>>;

/** A clip's scores, as it is and, where that is known, after a strong encoding. */
export type Scores = Pick<Evidence, 'logit' | 'recoded'>;

/**
 * What decides: the mean of both scores. Nobody knows how a clip that comes in was encoded, and the mean moves by half
 * of what an encoding does to a score.
 */
export function scoreOf({ logit, recoded }: Scores): number {
  return recoded === undefined ? logit : (logit + recoded) / 2;
}

/**
 * Twice the rate of false alarms is doubtful.
 * @throws DuetError where there are too few clips for the rate.
 */
export function calibrate(clips: readonly Scores[], falseAlarms: number): Calibration {
  const needed = Math.ceil(1 / falseAlarms - 1e-9) - 1;
  if (clips.length < needed)
    throw new DuetError(
      `Calibration for ${percent(falseAlarms)} false alarms needs ${needed} real clips that can be judged, and there are ${clips.length}; give more, or allow a higher rate.`,
    );
  const real = clips.map(scoreOf).sort((a, b) => a - b);
  return { real, falseAlarms, doubts: Math.min(1, 2 * falseAlarms) };
}

/**
 * How often a real clip scores at least as high, from its rank among the real clips of the calibration: of n such clips
 * and this one, each order is equally likely.
 */
export function falseAlarmRate(logit: number, real: readonly number[]): number {
  return (1 + real.filter((other) => other >= logit).length) / (1 + real.length);
}

/**
 * Without a calibration the sign of the score decides, as training separates real clips from acted-out fakes; with one,
 * its rank among real clips. Where the scores before and after the strong encoding are on opposite sides, nothing is
 * decided.
 */
export function decide(evidence: Evidence, calibration?: Calibration): Verdict {
  const { seconds, logit, recoded, still, silent } = evidence;
  if (seconds < shortestSeconds) return doubt('too short');
  if (still > 0.9) return doubt('still picture');
  if (silent > 0.9) return doubt('silence');
  const kinds = new Set([logit, recoded ?? logit].map((score) => byScore(score, calibration).kind));
  if (kinds.has('agree') && kinds.has('do not agree')) return doubt('another encoding');
  return byScore(scoreOf(evidence), calibration);
}

function byScore(score: number, calibration: Calibration | undefined): Verdict {
  if (!calibration) return { kind: score > 0 ? 'do not agree' : 'agree' };
  const { real, falseAlarms, doubts } = calibration;
  const rate = falseAlarmRate(score, real);
  if (rate <= falseAlarms) return { kind: 'do not agree', falseAlarms: rate };
  return rate <= doubts ? doubt('too close') : { kind: 'agree', falseAlarms: rate };
}

function doubt(reason: Doubt): Verdict {
  return { kind: 'cannot tell', reason };
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
