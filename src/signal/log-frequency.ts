// A spectrogram with logarithmic rows of frequency, as Sound-of-Pixels makes it (Zhao et al. 2018, section 3.1) and
// VLSA takes it over (Mo et al. 2024).
import { fitWaveform } from './fit-waveform.ts';
import { stftMagnitudes } from './log-stft.ts';
import type { Matrix } from './matrix.ts';
import type { Waveform } from './waveform.ts';

export const logFrequency = {
  sampleRate: 11_025,
  /** 5.94 s, which give 256 frames. */
  samples: 65_535,
  fftSize: 1022,
  hop: 256,
  rows: 256,
  floor: 1e-7,
  /** Below it the clip counts as flat, and all is 0. */
  smallestDeviation: 1e-4,
} as const;

/**
 * [256, 256], frequency and time ascending: ln(|STFT| + floor) on rows whose distances grow 21-fold from the lowest to
 * the highest, standardised over the clip. Shorter sound is repeated, longer sound cut off.
 */
export function logFrequencySpectrogram(waveform: Waveform): Float32Array {
  const { sampleRate, samples } = logFrequency;
  const seconds = samples / sampleRate;
  return logFrequencyOf(fitWaveform(waveform, { sampleRate, seconds, padding: 'tile' })).standardised;
}

/** The same for samples at 11,025 Hz, before and after it is standardised. */
export function logFrequencyOf(samples: Float32Array): {
  readonly logs: Float32Array;
  readonly standardised: Float32Array;
} {
  const { floor, smallestDeviation } = logFrequency;
  const { values } = warpedRows(stftMagnitudes(samples, logFrequency));
  const logs = values.map((value) => Math.log(value + floor));
  const mean = logs.reduce((total, value) => total + value, 0) / logs.length;
  const deviation = Math.sqrt(logs.reduce((total, value) => total + (value - mean) ** 2, 0) / logs.length);
  const isFlat = deviation < smallestDeviation;
  return {
    logs: Float32Array.from(logs),
    standardised: Float32Array.from(logs, (value) => (isFlat ? 0 : (value - mean) / deviation)),
  };
}

/** Row i of the result reads between two rows of the matrix, by linear interpolation. */
function warpedRows(matrix: Matrix): Matrix {
  const { rows } = logFrequency;
  const { columns } = matrix;
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    // From -1 at the lowest row to 1 at the highest, in the reference's terms.
    const y = -1 + (2 * row) / (rows - 1);
    const source = (((21 ** ((y + 1) / 2) - 11) / 10 + 1) / 2) * (matrix.rows - 1);
    const low = Math.min(Math.floor(source), matrix.rows - 2);
    const share = source - low;
    for (let column = 0; column < columns; column++) {
      const [below, above] = [matrix.values[low * columns + column]!, matrix.values[(low + 1) * columns + column]!];
      values[row * columns + column] = below * (1 - share) + above * share;
    }
  }
  return { rows, columns, values };
}
