// From the bins of a spectrum to bands that are equally wide in mel, and back.
import type { Matrix } from '../../signal/matrix.ts';

export type Bands = {
  /** [bands, bins]: a band is the mean of its bins, weighted by a triangle. */
  readonly gather: Matrix;
  /** [bins, bands]: a bin is the mean of its bands; one that is in no band, such as the first, gets 0. */
  readonly spread: Matrix;
};

const made = new Map<string, Bands>();

/**
 * Triangles over frequency whose corners are equally spaced in 2595 log10(1 + f / 700) from 0 to half the rate.
 * @param window length of a frame in samples; it has window / 2 + 1 bins.
 */
export function melBands(bands: number, window: number, sampleRate: number): Bands {
  const key = [bands, window, sampleRate].join();
  const found = made.get(key) ?? makeBands(bands, window, sampleRate);
  made.set(key, found);
  return found;
}

function makeBands(bands: number, window: number, sampleRate: number): Bands {
  const bins = window / 2 + 1;
  const corners = Array.from({ length: bands + 2 }, (_, corner) => {
    const highest = Math.log(1 + sampleRate / 2 / 700);
    return 700 * (Math.exp((highest * corner) / (bands + 1)) - 1);
  });
  const triangles = Array.from({ length: bands }, (_, band) => {
    const [low, centre, high] = corners.slice(band, band + 3) as [number, number, number];
    const weights = Array.from({ length: bins }, (_, bin) => {
      const frequency = (bin * sampleRate) / window;
      return Math.max(0, Math.min((frequency - low) / (centre - low), (high - frequency) / (high - centre)));
    });
    // Narrower than a bin, and between two.
    return weights.some((weight) => weight > 0) ? weights : weights.with(Math.round((centre * window) / sampleRate), 1);
  });
  const ofBin = (bin: number) => triangles.map((weights) => weights[bin]!);
  return {
    gather: rowsThatSumToOne(triangles),
    spread: rowsThatSumToOne(Array.from({ length: bins }, (_, bin) => ofBin(bin))),
  };
}

function rowsThatSumToOne(rows: readonly (readonly number[])[]): Matrix {
  const normalised = rows.map((row) => {
    const total = row.reduce((sum, weight) => sum + weight, 0);
    // Where the last triangle ends, at half the rate, there is nothing but rounding.
    return total > 1e-9 ? row.map((weight) => weight / total) : row.map(() => 0);
  });
  return { rows: rows.length, columns: rows[0]!.length, values: Float64Array.from(normalised.flat()) };
}
