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
  /** The score lies where real clips and fakes overlap, and a new encoding could turn the verdict. */
  | 'too close';

export type Evidence = {
  readonly seconds: number;
  /** Above 0 for fake. */
  readonly logit: number;
  /** Shares of moments, 0 to 1. */
  readonly still: number;
  readonly silent: number;
};

const share = z.number().min(0).max(1);

/** Scores of real clips that the detector has not learnt from, and the wanted rates. */
export const calibrationSchema = z.strictObject({
  real: z.array(z.number()),
  /** Share of real clips that may be called fake. */
  falseAlarms: share,
  /** Share of real clips that may be called doubtful or fake. */
  doubts: share,
});
export type Calibration = Readonly<z.infer<typeof calibrationSchema>>;

/**
 * Twice the rate of false alarms is doubtful.
 * @param logits of real clips.
 * @throws DuetError where there are too few clips for the rate.
 */
export function calibrate(logits: readonly number[], falseAlarms: number): Calibration {
  const needed = Math.ceil(1 / falseAlarms - 1e-9) - 1;
  if (logits.length < needed)
    throw new DuetError(
      `Calibration for ${percent(falseAlarms)} false alarms needs ${needed} real clips that can be judged, and there are ${logits.length}; give more, or allow a higher rate.`,
    );
  return { real: logits.toSorted((a, b) => a - b), falseAlarms, doubts: Math.min(1, 2 * falseAlarms) };
}

/**
 * How often a real clip scores at least as high, from its rank among the real clips of the calibration: of n such clips
 * and this one, each order is equally likely.
 */
export function falseAlarmRate(logit: number, real: readonly number[]): number {
  return (1 + real.filter((other) => other >= logit).length) / (1 + real.length);
}

/** Without a calibration the sign of the logit decides, as training separates real clips from acted-out fakes in training. */
export function decide({ seconds, logit, still, silent }: Evidence, calibration?: Calibration): Verdict {
  const doubt = (reason: Doubt): Verdict => ({ kind: 'cannot tell', reason });
  if (seconds < shortestSeconds) return doubt('too short');
  if (still > 0.9) return doubt('still picture');
  if (silent > 0.9) return doubt('silence');
  if (!calibration) return { kind: logit > 0 ? 'do not agree' : 'agree' };
  const { real, falseAlarms, doubts } = calibration;
  const rate = falseAlarmRate(logit, real);
  if (rate <= falseAlarms) return { kind: 'do not agree', falseAlarms: rate };
  return rate <= doubts ? doubt('too close') : { kind: 'agree', falseAlarms: rate };
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
