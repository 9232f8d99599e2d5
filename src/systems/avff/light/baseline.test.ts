import { expect, test } from 'vitest';
import { createRandom } from '../../../random.ts';
import { envelopeAgreement } from './baseline.ts';
import { cells, standardised } from './features.ts';
import { bands } from './reading.ts';

test('motion that follows loudness agrees with it, and a constant picture does not', () => {
  const { normal } = createRandom('envelope');
  const moments = 500;
  const envelope = Array.from({ length: moments }, normal);
  const seriesOf = (width: number, noise: number) =>
    standardised(
      Float32Array.from({ length: moments * width }, (_, i) => envelope[Math.floor(i / width)]! + noise * normal()),
      width,
    );
  const sound = seriesOf(bands, 0);
  expect(envelopeAgreement({ moments, motion: seriesOf(cells, 0), sound })).toBeCloseTo(1, 5);
  // Independent noise of deviation 7 in 49 cells has deviation 1 in their mean: correlation 1 / sqrt 2.
  expect(envelopeAgreement({ moments, motion: seriesOf(cells, 7), sound })).toBeCloseTo(Math.SQRT1_2, 1);
  expect(envelopeAgreement({ moments, motion: new Float32Array(moments * cells), sound })).toBe(0);
});
