// Work started before it is asked for, a bounded number of steps ahead.

/**
 * The results of `start(item)` in the order of the items, with up to `ahead` of them under way at once.
 * Stops starting new ones when the consumer stops, and throws the signal's reason when it is aborted.
 */
export async function* runAhead<Item, Result>(
  items: Iterable<Item>,
  ahead: number,
  start: (item: Item) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Result> {
  const waiting: Promise<Result>[] = [];
  const iterator = items[Symbol.iterator]();
  const fill = () => {
    while (waiting.length < ahead) {
      const next = iterator.next();
      if (next.done) return;
      const result = start(next.value);
      // Its failure is reported where its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      waiting.push(result);
    }
  };
  for (;;) {
    signal?.throwIfAborted();
    fill();
    const first = waiting.shift();
    if (!first) return;
    const result = await (signal ? abortable(first, signal) : first);
    fill();
    yield result;
  }
}

/** The promise, or the signal's reason as soon as it is aborted. */
function abortable<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
