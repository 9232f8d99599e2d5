// Kaldi's triangular mel filters.
import type { Matrix } from './matrix.ts';

export type MelBankSettings = {
  readonly sampleRate: number;
  readonly fftSize: number;
  readonly melBins: number;
  /** Where the lowest filter begins and the highest ends, in hertz. */
  readonly lowestFrequency: number;
  readonly highestFrequency: number;
};

/**
 * Triangles whose corners are equally spaced in mel, as [melBins, fftSize / 2 + 1]: multiply a power spectrum by it.
 * As in Kaldi, the bin at half the sample rate counts for nothing, and filters narrower than a bin may be empty.
 */
export function melBank(settings: MelBankSettings): Matrix {
  const { sampleRate, fftSize, melBins, lowestFrequency, highestFrequency } = settings;
  const columns = fftSize / 2 + 1;
  const lowest = mel(lowestFrequency);
  const step = (mel(highestFrequency) - lowest) / (melBins + 1);
  const values = new Float64Array(melBins * columns);
  for (let bin = 0; bin < fftSize / 2; bin++) {
    const position = (mel((bin * sampleRate) / fftSize) - lowest) / step;
    for (let filter = 0; filter < melBins; filter++) {
      const weight = Math.min(position - filter, filter + 2 - position);
      if (weight > 0) values[filter * columns + bin] = weight;
    }
  }
  return { rows: melBins, columns, values };
}

function mel(frequency: number): number {
  return 1127 * Math.log(1 + frequency / 700);
}
