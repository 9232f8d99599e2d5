// What costs nothing: single numbers that a detector has to be better than.
import { margin } from './agreement.ts';
import { cells, type Features } from './features.ts';
import { bands } from './reading.ts';

export const baselineNames = ['envelope', 'soundFromPicture', 'pictureFromSound', 'stillness', 'silence'] as const;
export type BaselineName = (typeof baselineNames)[number];

/** Each the higher, the more it speaks for a fake. */
export function baselineScores(
  clip: Omit<Features, 'strongest'> & { readonly curves: { readonly v2a: Float32Array; readonly a2v: Float32Array } },
): Record<BaselineName, number> {
  const total = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);
  return {
    envelope: -envelopeAgreement(clip),
    soundFromPicture: -margin(clip.curves.v2a),
    pictureFromSound: -margin(clip.curves.a2v),
    stillness: total(clip.stills) / clip.moments,
    silence: total(clip.silents) / clip.moments,
  };
}

/**
 * The correlation of motion, mean over the picture, with loudness, mean over the bands, -1 to 1; 0 where either is
 * constant. A detector has to be better than this.
 */
export function envelopeAgreement({ moments, motion, sound }: Pick<Features, 'moments' | 'motion' | 'sound'>): number {
  const motions = meanSeries(motion, cells, moments);
  const loudness = meanSeries(sound, bands, moments);
  const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const size = Math.sqrt(product(motions, motions) * product(loudness, loudness));
  return size < 1e-9 ? 0 : product(motions, loudness) / size;
}

/** The mean over channels at each moment; its mean over time is 0, as every channel's is. */
function meanSeries(series: Float32Array, width: number, moments: number): Float64Array {
  return Float64Array.from(
    { length: moments },
    (_, moment) => series.subarray(moment * width, (moment + 1) * width).reduce((sum, value) => sum + value, 0) / width,
  );
}
