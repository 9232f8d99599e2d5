// Who is let in, and when the others should come again.
import { expect, test } from 'vitest';
import { createAdmission } from './admission.ts';

test('so many are let in as work and wait, and those who leave twice leave once', () => {
  const { enter, inside } = createAdmission(1, 1);
  const [first, second] = [enter()!, enter()!];
  expect(enter()).toBeUndefined();
  first();
  first();
  expect(inside()).toBe(1);
  expect(enter()).toBeDefined();
  expect(enter()).toBeUndefined();
  second();
});

test('the guess follows how long requests take', () => {
  let clock = 0;
  const { enter, retryAfter } = createAdmission(2, 2, () => clock);
  for (let i = 0; i < 100; i++) {
    const leave = enter()!;
    clock += 8000;
    leave();
  }
  for (let i = 0; i < 4; i++) enter();
  // Three are before the next one at two places: a mean of 8 seconds for each.
  expect(retryAfter()).toBe(12);
});

test('it is empty when the last one has left', async () => {
  const { enter, empty } = createAdmission(2, 0);
  await empty();
  const leave = enter()!;
  let isEmpty = false;
  const waiting = empty().then(() => {
    isEmpty = true;
  });
  await Promise.resolve();
  expect(isEmpty).toBe(false);
  leave();
  await waiting;
});
