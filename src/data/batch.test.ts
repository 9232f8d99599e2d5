import { expect, test } from 'vitest';
import { chunks } from './batch.ts';

test('chunks keep the order and leave the rest for the last', () => {
  expect([...chunks([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
});
