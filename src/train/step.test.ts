import { expect, test } from 'vitest';
import { portionOf } from './step.ts';

/** With activations of 5 MB: those of four clips on ViT-Tiny, or of one clip on ViT-B. */
const ofTiny = 2 * 4 * 768 * 196;
const portion = (batchSize: number, widest = ofTiny) => portionOf(batchSize, widest, 5e6);

test('a batch passes in portions that fit, in few and larger ones where they would be many', () => {
  expect([4, 8, 32].map((batch) => portion(batch))).toEqual([4, 4, 4]);
  expect([64, 128].map((batch) => portion(batch))).toEqual([8, 8]);
  expect(portion(256)).toBe(16);
});

test('wide activations take more portions rather than portions that fit nowhere', () => {
  expect(portion(32, 4 * ofTiny)).toBe(2);
});
