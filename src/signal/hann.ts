// The Hann window in its two forms.

/** `size` values of a Hann window whose period is `size`: what spectrogram libraries use. */
export function periodicHann(size: number): Float64Array {
  return hann(size, size);
}

/** `size` values of a Hann window that begins and ends with 0: what Kaldi calls `hanning`. */
export function symmetricHann(size: number): Float64Array {
  return hann(size, size - 1);
}

function hann(size: number, period: number): Float64Array {
  return Float64Array.from({ length: size }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / period));
}
