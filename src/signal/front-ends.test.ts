import { describe, expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { fitWaveform } from './fit-waveform.ts';
import { type FrontEndName, frontEnds } from './front-ends.ts';
import { resizeMap } from './resize-map.ts';
import type { Waveform } from './waveform.ts';

const names = Object.keys(frontEnds) as FrontEndName[];

function chirp(seconds: number, sampleRate: number): Waveform {
  const samples = Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, n) => {
    const time = n / sampleRate;
    return 0.5 * Math.sin(2 * Math.PI * (300 + 400 * time) * time) + 0.1 * Math.sin(2 * Math.PI * 2500 * time);
  });
  return { samples, sampleRate };
}

function greatestDifference(left: Float32Array, right: Float32Array | Float64Array): number {
  expect(left.length).toBe(right.length);
  return left.reduce((worst, value, n) => Math.max(worst, Math.abs(value - right[n]!)), 0);
}

describe.each(names)('%s', (name) => {
  const frontEnd = frontEnds[name];
  const { sampleRate, seconds } = frontEnd;

  test.each([
    ['nothing at all', new Float32Array(0)],
    ['one sample', new Float32Array([0.5])],
    ['a constant', new Float32Array(50_000).fill(0.3)],
    ['enormous samples', new Float32Array(50_000).fill(3e38).map((value, n) => (n % 2 ? value : -value))],
    ['samples that are not finite', new Float32Array(50_000).fill(Number.NaN).fill(Number.POSITIVE_INFINITY, 100, 200)],
    [
      'the faintest noise',
      Float32Array.from({ length: 50_000 }, createRandom('faint').normal).map((value) => value * 1e-30),
    ],
  ])('%s gives 224 x 224 finite numbers', (_, samples) => {
    for (const rate of [sampleRate, 44_100]) {
      const values = frontEnd.spectrogram({ samples, sampleRate: rate });
      expect(values).toHaveLength(224 * 224);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  test('silence gives the constant picture of the documentation', () => {
    const values = frontEnd.spectrogram({ samples: new Float32Array(sampleRate), sampleRate });
    const padding = name === 'ave' ? 224 : 0;
    const expected = name === 'ave' ? -1.8437 : 0;
    const documented = values.map((_, n) => (n < values.length - padding ? expected : 0));
    expect(greatestDifference(values, documented)).toBeLessThan(5e-5);
  });

  test('only the first seconds of a longer sound count', () => {
    const long = chirp(seconds + 3, sampleRate);
    const short = { samples: long.samples.slice(0, seconds * sampleRate), sampleRate };
    expect(greatestDifference(frontEnd.spectrogram(long), frontEnd.spectrogram(short))).toBe(0);
  });

  test('the same sound at another rate gives the same picture where both rates carry it', () => {
    const own = frontEnd.prepare(chirp(seconds + 1, sampleRate));
    const other = frontEnd.prepare(chirp(seconds + 1, 48_000));
    expect(other).toHaveLength(seconds * sampleRate);
    // Away from the beginning, where the sound sets in at once.
    expect(greatestDifference(own.subarray(400), other.subarray(400))).toBeLessThan(1e-5);
  });

  test('a tone is brightest in its own bin, at every time', () => {
    const frequency = 1000;
    const samples = Float32Array.from({ length: seconds * sampleRate }, (_, n) =>
      Math.sin((2 * Math.PI * frequency * n) / sampleRate),
    );
    const values = frontEnd.spectrogram({ samples, sampleRate });
    const mel = (hertz: number) => Math.log(1 + hertz / 700);
    const bin =
      frontEnd.analysis.kind === 'stft'
        ? Math.round((frequency * frontEnd.analysis.settings.fftSize) / sampleRate)
        : Math.round((225 * (mel(frequency) - mel(20))) / (mel(8000) - mel(20)) - 1);
    for (const time of [3, 100, 220]) {
      const column = Array.from(
        { length: 224 },
        (_, n) => values[frontEnd.axes === 'frequency-time' ? n * 224 + time : time * 224 + n]!,
      );
      expect(Math.abs(column.indexOf(Math.max(...column)) - bin)).toBeLessThanOrEqual(1);
    }
  });

  test('another size is the resized map, higher than wide', () => {
    const sound = chirp(seconds, sampleRate);
    const values = frontEnd.spectrogram(sound, { height: 112, width: 64 });
    const full = { rows: 224, columns: 224, values: Float64Array.from(frontEnd.spectrogram(sound)) };
    expect(values).toHaveLength(112 * 64);
    expect(greatestDifference(values, resizeMap(full, 112, 64).values)).toBeLessThan(1e-5);
  });
});

test('standardised pictures have mean 0 and deviation 1', () => {
  const values = frontEnds.vggsound.spectrogram(chirp(5, 16_000));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  expect(mean).toBeCloseTo(0, 5);
  expect(square).toBeCloseTo(1, 5);
});

test('a short sound is tiled, the last time in part', () => {
  const samples = new Float32Array([1, 2, 3]);
  const fitted = fitWaveform({ samples, sampleRate: 10 }, { sampleRate: 10, seconds: 1.1, padding: 'tile' });
  expect([...fitted]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2]);
});

test('a short sound loses its mean and is followed by zeros', () => {
  const samples = new Float32Array([1, 2, 3]);
  const fitted = fitWaveform({ samples, sampleRate: 10 }, { sampleRate: 10, seconds: 0.6, padding: 'zero' });
  expect([...fitted]).toEqual([-1, 0, 1, 0, 0, 0]);
});

test('samples that are not finite are silence', () => {
  const samples = new Float32Array([1, Number.NaN, Number.NEGATIVE_INFINITY, 4]);
  const fitted = fitWaveform({ samples, sampleRate: 4 }, { sampleRate: 4, seconds: 1, padding: 'tile' });
  expect([...fitted]).toEqual([1, 0, 0, 4]);
});
