import { expect, test } from 'vitest';
import { addGradientNoise } from './gradient-noise.ts';

test('the noise has the asked deviation, comes again for the same keys only, and leaves other gradients alone', () => {
  const draw = (step: number) => {
    const gradients = new Map([
      ['tokens', new Float32Array(4000).fill(5)],
      ['head', Float32Array.of(1, 2)],
    ]);
    addGradientNoise(gradients, new Map([['tokens', 0.5]]), 7, step);
    return gradients;
  };
  const values = draw(1).get('tokens')!;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  // Three standard errors of 4,000 draws.
  expect(Math.abs(mean - 5)).toBeLessThan(0.024);
  expect(Math.abs(deviation - 0.5)).toBeLessThan(0.017);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(2).get('tokens')).not.toEqual(values);
  expect(draw(1).get('head')).toEqual(Float32Array.of(1, 2));
});
