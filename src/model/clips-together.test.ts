import { expect, test } from 'vitest';
import { clipsTogether } from './clips-together.ts';

/** Bytes of a clip's widest activation on ViT-Tiny and ViT-B. */
const tiny = 2 * 4 * 768 * 196;
const base = 4 * tiny;

test('portions hold what fits, and two clips at least', () => {
  expect(clipsTogether(16, 5e6, tiny)).toBe(4);
  expect(clipsTogether(16, 1e6, base)).toBe(2);
  expect(clipsTogether(1, 1e6, base)).toBe(1);
});

test('portions are equal, so that none is filled up with zeros', () => {
  expect(clipsTogether(6, 5e6, tiny)).toBe(3);
});

test('where no cache is to be fitted all pass together', () => {
  expect(clipsTogether(256, Number.POSITIVE_INFINITY, tiny)).toBe(256);
});
