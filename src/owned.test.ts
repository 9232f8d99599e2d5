import { expect, test } from 'vitest';
import { owned } from './owned.ts';

test('await using closes what it opened, also when the block throws; a copy is not the owner', async () => {
  const order: string[] = [];
  const open = (name: string) => {
    const close = async () => void order.push(`close ${name}`);
    return owned({ name, close }, close);
  };
  const work = async () => {
    await using first = open('first');
    await using second = open('second');
    order.push(`${first.name} and ${second.name}`);
    throw new Error('stop');
  };
  await expect(work()).rejects.toThrow('stop');
  expect(order).toEqual(['first and second', 'close second', 'close first']);
  expect(Symbol.asyncDispose in { ...open('third') }).toBe(false);
});
