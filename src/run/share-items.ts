// One stream of items for several consumers at once.

type Place<Item> = { readonly result: Promise<IteratorResult<Item>>; next?: Place<Item> };

/**
 * Calls every consumer with all items of the source, which is walked once, as the fastest consumer asks for them.
 * @throws what a consumer throws; the others' streams then end with the same error.
 */
export async function shareItems<Item>(
  source: AsyncIterable<Item>,
  consumers: readonly ((items: AsyncIterable<Item>) => Promise<void>)[],
): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  const start: { next?: Place<Item> } = {};
  const failures: unknown[] = [];
  async function* items(): AsyncGenerator<Item> {
    for (let before = start; ; ) {
      before.next ??= { result: iterator.next() };
      const place = before.next;
      const { value, done } = await place.result;
      if (failures.length > 0) throw failures[0];
      if (done) return;
      yield value;
      before = place;
    }
  }
  await Promise.all(consumers.map((consume) => consume(items()).catch((error: unknown) => failures.push(error))));
  await iterator.return?.();
  if (failures.length > 0) throw failures[0];
}
