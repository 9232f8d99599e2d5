// How close separated sound comes to what was wanted, in decibels. There are several ratios by the name of SDR; each
// function says which it is. All compare signals of one length, and give null where one of them is silent and Infinity
// where nothing is wrong.
import { fourierTransform } from '../signal/fourier.ts';

type Signal = ArrayLike<number>;

/** Signal to noise: the energy of the target over that of the difference. Sensitive to the level. */
export function snr(estimate: Signal, target: Signal): number | null {
  let wanted = 0;
  let wrong = 0;
  let given = 0;
  for (let i = 0; i < target.length; i++) {
    wanted += target[i]! ** 2;
    wrong += (estimate[i]! - target[i]!) ** 2;
    given += estimate[i]! ** 2;
  }
  return wanted > 0 && given > 0 ? decibels(wanted / wrong) : null;
}

/** Scale-invariant (Le Roux et al. 2019), means removed first. */
export function siSdr(estimate: Signal, target: Signal): number | null {
  const y = centred(estimate);
  const s = centred(target);
  const ofTarget = energy(s);
  let common = 0;
  for (let i = 0; i < s.length; i++) common += y[i]! * s[i]!;
  if (ofTarget === 0 || energy(y) === 0) return null;
  const scale = common / ofTarget;
  let wrong = 0;
  for (let i = 0; i < s.length; i++) wrong += (y[i]! - scale * s[i]!) ** 2;
  return decibels((scale * scale * ofTarget) / wrong);
}

/** How much better than the mixture an estimate is, by SI-SDR. */
export function siSdrGain(estimate: Signal, target: Signal, mixture: Signal): number | null {
  const [after, before] = [siSdr(estimate, target), siSdr(mixture, target)];
  return after === null || before === null ? null : after - before;
}

const filterLength = 512;

/** As BSS Eval 3 has it (Vincent et al. 2006): any filter of the target of 512 taps counts as right. */
export function sdrV3(estimate: Signal, target: Signal): number | null {
  const whole = energy(estimate);
  if (energy(target) === 0 || whole === 0) return null;
  const { ofTarget, between } = correlations(estimate, target, filterLength);
  const filter = solveToeplitz(ofTarget, between);
  const explained = filter.reduce((total, tap, delay) => total + tap * between[delay]!, 0) / whole;
  return decibels(explained / (1 - explained));
}

/**
 * As BSS Eval 4 has it (Stöter et al. 2018): the signal to noise ratio of each window, the median over those with sound.
 * @param window in samples, usually a second; what does not fill one at the end is left out.
 */
export function sdrV4(estimate: ArrayLike<number>, target: ArrayLike<number>, window: number): number | null {
  const [y, s] = [Float64Array.from(estimate), Float64Array.from(target)];
  const ratios = Array.from({ length: Math.floor(s.length / window) }, (_, index) => {
    const [start, end] = [index * window, (index + 1) * window];
    return snr(y.subarray(start, end), s.subarray(start, end));
  })
    .filter((ratio) => ratio !== null)
    .sort((a, b) => a - b);
  if (ratios.length === 0) return null;
  const middle = ratios.length >> 1;
  return ratios.length % 2 === 1 ? ratios[middle]! : (ratios[middle - 1]! + ratios[middle]!) / 2;
}

function decibels(ratio: number): number {
  return 10 * Math.log10(ratio);
}

function energy(signal: Signal): number {
  let total = 0;
  for (let i = 0; i < signal.length; i++) total += signal[i]! ** 2;
  return total;
}

function centred(signal: Signal): Float64Array {
  const values = Float64Array.from(signal);
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** For each delay k below `count`: the sum over n of s[n] s[n + k], and that of s[n] y[n + k], zeros beyond both ends. */
function correlations(estimate: Signal, target: Signal, count: number) {
  const size = 2 ** Math.ceil(Math.log2(target.length + count));
  const transform = fourierTransform(size);
  // Both spectra from one transform: the target as its real part, the estimate as its imaginary one.
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  for (let i = 0; i < target.length; i++) {
    real[i] = target[i]!;
    imaginary[i] = estimate[i]!;
  }
  transform(real, imaginary);
  // The inverse transform of conj(S) S + i conj(S) Y, as a forward one with real and imaginary parts exchanged.
  const productReal = new Float64Array(size);
  const productImaginary = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const mirror = (size - k) % size;
    const [a, b] = [(real[k]! + real[mirror]!) / 2, (imaginary[k]! - imaginary[mirror]!) / 2];
    const [c, d] = [(imaginary[k]! + imaginary[mirror]!) / 2, (real[mirror]! - real[k]!) / 2];
    productReal[k] = (a * a + b * b - (a * d - b * c)) / size;
    productImaginary[k] = (a * c + b * d) / size;
  }
  transform(productImaginary, productReal);
  return { ofTarget: productReal.subarray(0, count), between: productImaginary.subarray(0, count) };
}

/** Solves R x = b for the symmetric Toeplitz matrix with that first row (Levinson's recursion). */
function solveToeplitz(row: Float64Array, b: Float64Array): Float64Array {
  const size = row.length;
  const solution = new Float64Array(size);
  const backward = new Float64Array(size);
  const previous = new Float64Array(size);
  backward[0] = 1 / row[0]!;
  solution[0] = b[0]! / row[0]!;
  for (let n = 1; n < size; n++) {
    let error = 0;
    for (let i = 0; i < n; i++) error += row[n - i]! * backward[n - 1 - i]!;
    previous.set(backward);
    // The forward vector is the backward one reversed, as the matrix is symmetric.
    const scale = 1 / (1 - error * error);
    for (let i = 0; i <= n; i++) {
      const ahead = i < n ? previous[n - 1 - i]! : 0;
      const behind = i > 0 ? previous[i - 1]! : 0;
      backward[i] = scale * (behind - error * ahead);
    }
    let rest = b[n]!;
    for (let i = 0; i < n; i++) rest -= row[n - i]! * solution[i]!;
    for (let i = 0; i <= n; i++) solution[i]! += rest * backward[i]!;
  }
  return solution;
}
