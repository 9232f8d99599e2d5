// The discrete Fourier transform of any size, in double precision.

/**
 * Replaces `real` + i `imaginary`, both of the transform's size, by their transform: X[k] = sum over n of x[n] exp(-2
 * pi i k n / size).
 */
export type FourierTransform = (real: Float64Array, imaginary: Float64Array) => void;

const transforms = new Map<number, FourierTransform>();

/** The transform of that size; its tables are made at the first call. */
export function fourierTransform(size: number): FourierTransform {
  let transform = transforms.get(size);
  if (!transform) {
    transform = Number.isInteger(Math.log2(size)) ? powerOfTwoTransform(size) : chirpTransform(size);
    transforms.set(size, transform);
  }
  return transform;
}

/** Cooley and Tukey's algorithm in place, radix 2 after a first step of radix 4, which needs no multiplications. */
function powerOfTwoTransform(size: number): FourierTransform {
  const swaps = bitReversal(size);
  const cosines = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sines = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
  return (real, imaginary) => {
    for (let pair = 0; pair < swaps.length; pair += 2) {
      const i = swaps[pair]!;
      const j = swaps[pair + 1]!;
      const a = real[i]!;
      const b = imaginary[i]!;
      real[i] = real[j]!;
      imaginary[i] = imaginary[j]!;
      real[j] = a;
      imaginary[j] = b;
    }
    if (size >= 4) transformFours(real, imaginary);
    for (let half = size >= 4 ? 4 : 1; half < size; half *= 2) {
      const step = size / (2 * half);
      for (let block = 0; block < size; block += 2 * half) {
        for (let k = 0, turn = 0; k < half; k++, turn += step) {
          const low = block + k;
          const high = low + half;
          const c = cosines[turn]!;
          const s = sines[turn]!;
          const lowReal = real[low]!;
          const lowImaginary = imaginary[low]!;
          const a = real[high]! * c - imaginary[high]! * s;
          const b = real[high]! * s + imaginary[high]! * c;
          real[low] = lowReal + a;
          imaginary[low] = lowImaginary + b;
          real[high] = lowReal - a;
          imaginary[high] = lowImaginary - b;
        }
      }
    }
  };
}

/** The pairs of places below `size` whose bits are each other's in reverse, one after the other. */
function bitReversal(size: number): Uint32Array {
  const reversed = new Uint32Array(size);
  for (let i = 1; i < size; i++) reversed[i] = (reversed[i >> 1]! >> 1) | (i & 1 ? size >> 1 : 0);
  const swaps: number[] = [];
  reversed.forEach((j, i) => {
    if (i < j) swaps.push(i, j);
  });
  return Uint32Array.from(swaps);
}

/** The transform of each four numbers in bit-reversed order. */
function transformFours(real: Float64Array, imaginary: Float64Array): void {
  for (let n = 0; n < real.length; n += 4) {
    const sumReal = real[n]! + real[n + 1]!;
    const sumImaginary = imaginary[n]! + imaginary[n + 1]!;
    const differenceReal = real[n]! - real[n + 1]!;
    const differenceImaginary = imaginary[n]! - imaginary[n + 1]!;
    const nextSumReal = real[n + 2]! + real[n + 3]!;
    const nextSumImaginary = imaginary[n + 2]! + imaginary[n + 3]!;
    const nextDifferenceReal = real[n + 2]! - real[n + 3]!;
    const nextDifferenceImaginary = imaginary[n + 2]! - imaginary[n + 3]!;
    real[n] = sumReal + nextSumReal;
    imaginary[n] = sumImaginary + nextSumImaginary;
    real[n + 1] = differenceReal + nextDifferenceImaginary;
    imaginary[n + 1] = differenceImaginary - nextDifferenceReal;
    real[n + 2] = sumReal - nextSumReal;
    imaginary[n + 2] = sumImaginary - nextSumImaginary;
    real[n + 3] = differenceReal - nextDifferenceImaginary;
    imaginary[n + 3] = differenceImaginary + nextDifferenceReal;
  }
}

/** Bluestein's algorithm: any size as a convolution with a chirp, done by a transform of a power of two. */
function chirpTransform(size: number): FourierTransform {
  const padded = 2 ** Math.ceil(Math.log2(2 * size - 1));
  const transform = fourierTransform(padded);
  // The chirp exp(-i pi n^2 / size) repeats in n^2 after 2 size; reducing first keeps its phase exact.
  const chirpReal = new Float64Array(size);
  const chirpImaginary = new Float64Array(size);
  const kernelReal = new Float64Array(padded);
  const kernelImaginary = new Float64Array(padded);
  for (let n = 0; n < size; n++) {
    const phase = (Math.PI * ((n * n) % (2 * size))) / size;
    chirpReal[n] = Math.cos(phase);
    chirpImaginary[n] = -Math.sin(phase);
    for (const place of n === 0 ? [0] : [n, padded - n]) {
      kernelReal[place] = Math.cos(phase) / padded;
      kernelImaginary[place] = Math.sin(phase) / padded;
    }
  }
  transform(kernelReal, kernelImaginary);
  const workReal = new Float64Array(padded);
  const workImaginary = new Float64Array(padded);
  return (real, imaginary) => {
    for (let n = 0; n < size; n++) {
      workReal[n] = real[n]! * chirpReal[n]! - imaginary[n]! * chirpImaginary[n]!;
      workImaginary[n] = real[n]! * chirpImaginary[n]! + imaginary[n]! * chirpReal[n]!;
    }
    workReal.fill(0, size);
    workImaginary.fill(0, size);
    transform(workReal, workImaginary);
    for (let n = 0; n < padded; n++) {
      const a = workReal[n]!;
      const b = workImaginary[n]!;
      workReal[n] = a * kernelReal[n]! - b * kernelImaginary[n]!;
      workImaginary[n] = a * kernelImaginary[n]! + b * kernelReal[n]!;
    }
    // With the parts exchanged, the forward transform is the inverse one.
    transform(workImaginary, workReal);
    for (let n = 0; n < size; n++) {
      real[n] = workReal[n]! * chirpReal[n]! - workImaginary[n]! * chirpImaginary[n]!;
      imaginary[n] = workReal[n]! * chirpImaginary[n]! + workImaginary[n]! * chirpReal[n]!;
    }
  };
}
