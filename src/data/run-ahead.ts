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
  // One listener for all steps, as there may be a million.
  let giveUp: ((reason: unknown) => void) | undefined;
  const abort = () => giveUp?.(signal!.reason);
  signal?.addEventListener('abort', abort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      fill();
      const first = waiting.shift();
      if (!first) return;
      const result = await new Promise<Result>((resolve, reject) => {
        giveUp = reject;
        if (signal?.aborted) reject(signal.reason);
        first.then(resolve, reject);
      });
      fill();
      yield result;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
