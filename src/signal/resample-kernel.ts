// The low-pass filter of the resampler: a sinc under a Kaiser window, tabulated at the fractions of a sample it is
// needed for.
import { openWorkspace } from './dot-product.ts';

/** How strongly what cannot be represented at the lower rate is suppressed, in decibels. */
const ATTENUATION = 110;
/** The pass band ends here and the stop band begins at 1, as parts of the lower rate's Nyquist frequency. */
const PASS_BAND_END = 0.9;
/**
 * Phases of the table when the rates' ratio has no small denominator; 1024 keep the error of interpolation below -115
 * dB.
 */
const INTERPOLATED_PHASES = 1024;

/**
 * Filter p (`taps` numbers) is that for an output that lies p / phases of a sample after an input sample; tap t belongs
 * to the input sample t - taps / 2 + 1 places from that one. There is one filter more than phases.
 */
export type ResampleKernel = {
  readonly phases: number;
  readonly taps: number;
  /** Room for the inputs that `outputsPerBlock` outputs come from. */
  readonly block: Float64Array;
  /** What filter `phase` makes of the block's numbers from place `start` on. */
  filtered(start: number, phase: number): number;
  /** The rates divided by their common factor, if every output falls on one of the phases exactly. */
  readonly ratio: { readonly from: number; readonly to: number } | undefined;
};

export const outputsPerBlock = 4096;

const MOST_REMEMBERED = 8;
const remembered = new Map<string, ResampleKernel>();

/** The filter that takes one sample rate to another. */
export function resampleKernel(from: number, to: number): ResampleKernel {
  const key = `${from} ${to}`;
  const known = remembered.get(key);
  if (known) return known;
  const made = makeKernel(from, to);
  const oldest = remembered.keys().next();
  if (remembered.size >= MOST_REMEMBERED && !oldest.done) remembered.delete(oldest.value);
  remembered.set(key, made);
  return made;
}

function makeKernel(from: number, to: number): ResampleKernel {
  const common = Number.isInteger(from) && Number.isInteger(to) ? greatestCommonDivisor(from, to) : 1;
  const exact = Number.isInteger(from) && Number.isInteger(to) && to / common <= INTERPOLATED_PHASES;
  const phases = exact ? to / common : INTERPOLATED_PHASES;

  // Kaiser's design formulas (Oppenheim and Schafer, Discrete-Time Signal Processing, section 7.5).
  const nyquist = Math.min(1, to / from);
  const transition = Math.PI * nyquist * (1 - PASS_BAND_END);
  const beta = 0.1102 * (ATTENUATION - 8.7);
  // Taps in fours suit the inner loop.
  const taps = 4 * Math.ceil((ATTENUATION - 7.95) / (2.285 * transition) / 4);
  const cutoff = (nyquist * (1 + PASS_BAND_END)) / 2;

  const half = taps / 2;
  const rowsEnd = (phases + 1) * taps;
  const blockLength = Math.ceil((outputsPerBlock * from) / to) + taps + 1;
  const { numbers, dotProduct } = openWorkspace(rowsEnd + blockLength);
  for (let phase = 0; phase <= phases; phase++) {
    const row = numbers.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - half + 1 - phase / phases;
      const place = distance / half;
      const window = Math.abs(place) < 1 ? besselI0(beta * Math.sqrt(1 - place * place)) : 0;
      row[tap] = sinc(cutoff * distance) * window;
      sum += row[tap]!;
    }
    for (let tap = 0; tap < taps; tap++) row[tap]! /= sum;
  }
  return {
    ...{ phases, taps },
    block: numbers.subarray(rowsEnd),
    filtered: (start, phase) => dotProduct(rowsEnd + start, phase * taps, taps),
    ratio: exact ? { from: from / common, to: to / common } : undefined,
  };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  const square = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= square / (k * k);
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
