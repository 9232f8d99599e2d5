import { expect, test } from 'vitest';
import { recipes } from '../systems/ma-avt/recipes.ts';
import type { MaAvtConfig } from '../systems/ma-avt/settings.ts';
import { clipsThatFit } from './clips-that-fit.ts';

const vit = { patchSize: 16, depth: 12, layerNormEpsilon: 1e-6, inputSize: [224, 224] as const };
const model = (width: number, heads: number): MaAvtConfig => ({
  ...recipes.reference.model,
  vit: { ...vit, width, heads, mlpWidth: 4 * width },
  classes: 10,
});

test('a batch of 256 on ViT-B does not fit 8 GB at once, and a part of it does', () => {
  const fitting = clipsThatFit(model(768, 12), 8e9);
  expect(fitting).toBeGreaterThanOrEqual(8);
  expect(fitting).toBeLessThan(32);
});

test('64 clips on ViT-Tiny fit 24 GB, and one clip always does', () => {
  expect(clipsThatFit(model(192, 3), 24e9)).toBeGreaterThan(64);
  expect(clipsThatFit(model(768, 12), 1e6)).toBe(1);
});
