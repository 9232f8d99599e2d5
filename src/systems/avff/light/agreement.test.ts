import { describe, expect, test } from 'vitest';
import { interpret } from '../../../graph/interpret.ts';
import { input } from '../../../graph/tensor.ts';
import { createRandom } from '../../../random.ts';
import { agreement, lags, largestLag, margin, offsetOf } from './agreement.ts';
import { agreementCurve, curveMargin, lagSums } from './agreement-graph.ts';
import { standardised } from './features.ts';

const noise = (name: string, length: number) => {
  const { normal } = createRandom('agreement', name);
  return Float32Array.from({ length }, normal);
};
const channels = 3;
/** The series that many moments later, noise before it. */
const delayed = (series: Float32Array, by: number, name: string) => {
  const result = noise(name, series.length);
  const shift = by * channels;
  for (let i = Math.max(0, shift); i < Math.min(series.length, series.length + shift); i++)
    result[i] = series[i - shift]!;
  return standardised(result, channels);
};

describe('agreement', () => {
  const truth = standardised(noise('truth', 100 * channels), channels);

  test('a series agrees with itself at lag 0, however it is scaled', () => {
    const curve = agreement(
      truth.map((value) => 5 * value - 2),
      truth,
      channels,
    );
    expect(curve[largestLag]).toBeCloseTo(1, 5);
    expect(margin(curve)).toBeGreaterThan(0.8);
  });

  test('a constant prediction agrees with nothing', () => {
    expect([...agreement(new Float32Array(truth.length).fill(3), truth, channels)]).toEqual(lags.map(() => 0));
  });

  test.each([7, -7])('a sound that is %i moments late has that offset in both directions', (by) => {
    const late = delayed(truth, by, 'late');
    expect(offsetOf(agreement(truth, late, channels), 'v2a')).toBeCloseTo(by / 25, 12);
    expect(offsetOf(agreement(late, truth, channels), 'a2v')).toBeCloseTo(by / 25, 12);
    expect(margin(agreement(truth, late, channels))).toBeLessThan(0.1);
  });
});

describe('as a graph', () => {
  test('sums over every pair of moments come by their lag', () => {
    const [a, b] = [input('a', [1, 5, 2]), input('b', [1, 5, 2])];
    const [first, second] = [noise('first', 10), noise('second', 10)];
    const [sums] = interpret(
      [lagSums(a, b, 3)],
      new Map([
        [a, first],
        [b, second],
      ]),
    );
    const expected = [-3, -2, -1, 0, 1, 2, 3].map((lag) => {
      let total = 0;
      for (let t = 0; t < 5; t++)
        for (let c = 0; c < 2; c++)
          total += first[2 * t + c]! * (second[2 * (t + lag) + c] ?? 0) * Number(t + lag >= 0);
      return total;
    });
    expect([...sums!]).toEqual(expected.map((value) => expect.closeTo(value, 10)));
  });

  test('clips of different lengths side by side have the curves they have alone, and the same margins', () => {
    const moments = 90;
    const lengths = [90, 60];
    const series = lengths.map((length, clip) => ({
      predicted: noise(`predicted ${clip}`, length * channels),
      truth: standardised(noise(`truth ${clip}`, length * channels), channels),
    }));
    const padded = (values: Float32Array) => [...values, ...Array<number>(moments * channels - values.length).fill(0)];
    const [predicted, truth] = [input('p', [2, moments, channels]), input('t', [2, moments, channels])];
    const present = input('present', [2, moments]);
    const curve = agreementCurve(predicted, truth, present);
    const [found, read] = interpret(
      [curve, curveMargin(curve)],
      new Map([
        [predicted, series.flatMap((clip) => padded(clip.predicted))],
        [truth, series.flatMap((clip) => padded(clip.truth))],
        [present, lengths.flatMap((length) => Array.from({ length: moments }, (_, i) => Number(i < length)))],
      ]),
    );
    for (const [clip, { predicted, truth }] of series.entries()) {
      const alone = agreement(predicted, truth, channels);
      const beside = found!.subarray(clip * lags.length, (clip + 1) * lags.length);
      for (const [place, value] of alone.entries()) expect(beside[place]).toBeCloseTo(value, 6);
      expect(read![clip]).toBeCloseTo(margin(alone), 6);
    }
  });
});
