import { expect, test } from 'vitest';
import { differenceOf, tryProvider } from './try-provider-node.ts';

test('two trials of the CPU are of one training, and time real steps', async () => {
  const options = { seconds: 0.1, imageSize: 32 };
  const [first, second] = [await tryProvider('cpu', options), await tryProvider('cpu', options)];
  expect(first.milliseconds).toBeGreaterThan(0);
  expect(new Set(first.losses).size).toBe(3);
  expect(differenceOf(first, second)).toBeUndefined();
  expect(
    differenceOf({ ...first, losses: [first.losses[0]!, 2 * first.losses[1]!, first.losses[2]!] }, second),
  ).toMatch(/loss of step 2/);
}, 60_000);
