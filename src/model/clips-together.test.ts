import { expect, test } from 'vitest';
import { clipsTogether } from './clips-together.ts';

const tiny = { patchSize: 16, mlpWidth: 768, inputSize: [224, 224] } as const;
const base = { patchSize: 16, mlpWidth: 3072, inputSize: [224, 224] } as const;

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
