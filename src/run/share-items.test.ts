import { expect, test } from 'vitest';
import { shareItems } from './share-items.ts';

test('every consumer gets every item of a source that is walked once, and one that fails ends the others', async () => {
  let walked = 0;
  async function* source() {
    for (const item of [1, 2, 3, 4]) {
      walked++;
      yield item;
    }
  }
  const lists: number[][] = [[], []];
  const collect = (list: number[]) => async (items: AsyncIterable<number>) => {
    for await (const item of items) list.push(item);
  };
  await shareItems(source(), lists.map(collect));
  expect(lists).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ]);
  expect(walked).toBe(4);

  const ended: unknown[] = [];
  const fails = async (items: AsyncIterable<number>) => {
    for await (const item of items) if (item === 2) throw new Error('full');
  };
  const waits = async (items: AsyncIterable<number>) => {
    try {
      for await (const _ of items) await new Promise((resolve) => setTimeout(resolve, 5));
    } catch (error) {
      ended.push(error);
      throw error;
    }
  };
  await expect(shareItems(source(), [waits, fails])).rejects.toThrow('full');
  expect(ended).toEqual([new Error('full')]);
});
