import { describe, expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import { expectedShare, fitBackground, withCalibratedBackground } from './calibrate-background.ts';

const random = createRandom('calibrate-background');
const normal = (mean: number, deviation: number, count: number) =>
  Array.from(
    { length: count },
    () => mean + deviation * Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform()),
  );
const fitOf = (related: readonly number[], mismatched: readonly number[], labelled: readonly number[] = []) =>
  fitBackground({ related, mismatched, labelled });
const calibrated = (logit: number, { factor, offset }: { factor: number; offset: number }) =>
  1 / (1 + Math.exp(-(factor * logit + offset)));

describe('the calibration of background logits', () => {
  test('finds the posterior of two normal distributions, whose log odds are a line', () => {
    // Means -2 and 2, variance 4: log odds z (2 + 2) / 4 + log(expectedShare / (1 - expectedShare)).
    const { factor, offset } = fitOf(normal(-2, 2, 4000), normal(2, 2, 4000));
    expect(factor).toBeCloseTo(1, 1);
    expect(Math.abs(offset - Math.log(expectedShare / (1 - expectedShare)))).toBeLessThan(0.15);
  });

  test('takes a tenfold larger logit for the same', () => {
    const related = normal(-1, 2, 30);
    const unrelated = normal(2, 2, 30);
    const plain = fitOf(related, unrelated);
    const large = fitOf(
      related.map((z) => 10 * z),
      unrelated.map((z) => 10 * z),
    );
    expect(large.factor).toBeCloseTo(plain.factor / 10, 4);
    expect(large.offset).toBeCloseTo(plain.offset, 3);
  });

  test('a head that is sure and wrong on two of four clips does not suspect the next', () => {
    const fit = fitOf([-9, 8, 9, -8], [9, 8, 9, 9]);
    expect(calibrated(9, fit)).toBeLessThan(0.5);
  });

  test('a head that tells all clips apart is believed, the more the more clips there are', () => {
    const sure = (clips: number) => calibrated(6, fitOf(Array(clips).fill(-6), Array(clips).fill(6)));
    expect(sure(4)).toBeGreaterThan(0.5);
    expect(sure(40)).toBeGreaterThan(sure(4));
    expect(sure(40)).toBeLessThan(1);
  });

  test('clips labelled background count as often as they are there', () => {
    const fit = fitOf(normal(-2, 2, 1000), normal(9, 1, 1000), normal(2, 2, 3000));
    expect(fit.offset).toBeCloseTo(Math.log(3), 0);
  });

  test('a head that says the opposite keeps its order and says about the expected share', () => {
    const fit = fitOf([5, 6, 7, 4], [-5, -6, -4, -5]);
    expect(fit.factor).toBeGreaterThan(0);
    expect(calibrated(7, fit)).toBeCloseTo(expectedShare, 2);
  });
});

test('a calibrated adapter’s background logit is the line of the one before', () => {
  const logits = { related: [-3, -1, 2, -4], mismatched: [3, 1, 4, 2], labelled: [] };
  const { factor, offset } = fitBackground(logits);
  const folded = new Map([
    ['background_head.weight', Float32Array.of(0.5, -2)],
    ['background_head.bias', Float32Array.of(0.25)],
    ['agreement_weight', Float32Array.of(-1)],
    ['class_head.weight', Float32Array.of(3)],
  ]);
  const logit = (tensors: ReadonlyMap<string, Float32Array>) =>
    tensors.get('background_head.weight')![0]! * 2 +
    tensors.get('background_head.weight')![1]! * -1 +
    tensors.get('background_head.bias')![0]! +
    tensors.get('agreement_weight')![0]! * 1.5;
  expect(logit(withCalibratedBackground(folded, logits))).toBeCloseTo(factor * logit(folded) + offset, 4);
  expect(withCalibratedBackground(folded, logits).get('class_head.weight')).toEqual(Float32Array.of(3));
  expect(withCalibratedBackground(folded, { ...logits, mismatched: [] })).toBe(folded);
});
