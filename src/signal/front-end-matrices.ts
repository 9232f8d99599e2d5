// The linear parts of the sound front ends as matrices, for graphs that take a waveform.
import { periodicHann, symmetricHann } from './hann.ts';
import type { KaldiSettings } from './kaldi-filter-bank.ts';
import { type StftSettings, stftPadding } from './log-stft.ts';
import type { Matrix } from './matrix.ts';
import { melBank } from './mel-bank.ts';

export type StftMatrices = {
  /** [fftSize / 2 + 1, fftSize], window folded in: the spectrum's real part is this times a frame. */
  readonly cosine: Matrix;
  /** The same shape: the spectrum's imaginary part is minus this times a frame. */
  readonly sine: Matrix;
  readonly hop: number;
  /** Zeros before and after the waveform. */
  readonly padding: number;
  /** ln(sqrt(real^2 + imaginary^2) + floor). */
  readonly floor: number;
};

export type KaldiMatrices = {
  /**
   * [2 (fftSize / 2 + 1), frameLength]: real parts above imaginary parts of a frame's spectrum, with the removal of its
   * mean, pre-emphasis, window and zero padding folded in.
   */
  readonly spectrum: Matrix;
  /** [melBins, fftSize / 2 + 1], for real^2 + imaginary^2. */
  readonly melBank: Matrix;
  readonly frameLength: number;
  readonly hop: number;
  /** ln(max(energy, floor)). */
  readonly floor: number;
};

/** `logStft` as matrices. */
export function stftMatrices(settings: StftSettings): StftMatrices {
  const { fftSize, hop, floor } = settings;
  const window = periodicHann(fftSize);
  const { cosine, sine } = waves(fftSize, fftSize);
  for (const { rows, values } of [cosine, sine]) {
    for (let row = 0; row < rows; row++) for (let n = 0; n < fftSize; n++) values[row * fftSize + n]! *= window[n]!;
  }
  return { cosine, sine, hop, padding: stftPadding(settings), floor };
}

/** `kaldiFilterBank` as matrices. */
export function kaldiMatrices(settings: KaldiSettings): KaldiMatrices {
  const { fftSize, frameLength, hop, preEmphasis, floor } = settings;
  const window = symmetricHann(frameLength);
  const { cosine, sine } = waves(fftSize, frameLength);
  for (const { rows, values } of [cosine, sine]) {
    for (let index = 0; index < rows; index++) {
      // The steps of a frame, transposed and so in reverse order: window, pre-emphasis, removal of the mean.
      const row = values.subarray(index * frameLength, (index + 1) * frameLength);
      for (let n = 0; n < frameLength; n++) row[n]! *= window[n]!;
      const first = row[0]!;
      for (let n = 0; n + 1 < frameLength; n++) row[n]! -= preEmphasis * row[n + 1]!;
      row[0]! -= preEmphasis * first;
      const mean = row.reduce((sum, value) => sum + value, 0) / frameLength;
      for (let n = 0; n < frameLength; n++) row[n]! -= mean;
    }
  }
  const values = new Float64Array(2 * cosine.values.length);
  values.set(cosine.values);
  for (let n = 0; n < sine.values.length; n++) values[cosine.values.length + n] = -sine.values[n]!;
  return {
    spectrum: { rows: 2 * cosine.rows, columns: frameLength, values },
    melBank: melBank(settings),
    frameLength,
    hop,
    floor,
  };
}

/** cos and sin of 2 pi k n / fftSize for k from 0 to half the size, n below `length`. */
function waves(fftSize: number, length: number): { cosine: Matrix; sine: Matrix } {
  const rows = Math.floor(fftSize / 2) + 1;
  const angle = (index: number) =>
    (2 * Math.PI * ((Math.floor(index / length) * (index % length)) % fftSize)) / fftSize;
  const table = (wave: (angle: number) => number) =>
    Float64Array.from({ length: rows * length }, (_, index) => wave(angle(index)));
  return {
    cosine: { rows, columns: length, values: table(Math.cos) },
    sine: { rows, columns: length, values: table(Math.sin) },
  };
}
