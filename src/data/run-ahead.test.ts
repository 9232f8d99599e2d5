import { expect, test } from 'vitest';
import { runAhead } from './run-ahead.ts';

test('results come in the order of the items, never more than the bound under way', async () => {
  let [underWay, most] = [0, 0];
  const start = async (item: number) => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, item % 3));
    underWay--;
    return item;
  };
  const results: number[] = [];
  for await (const result of runAhead([5, 4, 3, 2, 1], 2, start)) results.push(result);
  expect(results).toEqual([5, 4, 3, 2, 1]);
  expect(most).toBe(2);
});

test('a consumer that stops early stops new work', async () => {
  const started: number[] = [];
  const items = Array.from({ length: 100 }, (_, index) => index);
  for await (const result of runAhead(items, 3, async (item) => started.push(item))) if (result > 1) break;
  expect(started.length).toBeLessThan(10);
});

test('a failure is thrown in its turn', async () => {
  const seen: number[] = [];
  const run = async () => {
    const start = async (item: number) => {
      if (item === 2) throw new Error('two');
      return item;
    };
    for await (const result of runAhead([0, 1, 2, 3], 4, start)) seen.push(result);
  };
  await expect(run()).rejects.toThrow('two');
  expect(seen).toEqual([0, 1]);
});

test('an abort ends the wait at once with the signal’s reason', async () => {
  const controller = new AbortController();
  const never = runAhead([1], 1, () => new Promise(() => undefined), controller.signal).next();
  controller.abort(new Error('enough'));
  await expect(never).rejects.toThrow('enough');
});
