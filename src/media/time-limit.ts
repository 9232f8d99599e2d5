// A bound on how long one step of reading may take, so that a broken file cannot hang a run.

/** Seconds that one step (opening, one frame, one stretch of sound) may take. */
const STEP_SECONDS = 60;

/** The promise's value, or an error once `seconds` have passed. */
export async function withinTime<T>(promise: Promise<T>, seconds: number = STEP_SECONDS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${seconds} seconds`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** The items of an iterator, each within the time limit; the iterator is closed on every way out. */
export async function* eachWithinTime<T>(items: AsyncGenerator<T, void, unknown>): AsyncGenerator<T, void, unknown> {
  try {
    for (;;) {
      const { value, done } = await withinTime(items.next());
      if (done) return;
      yield value as T;
    }
  } finally {
    await items.return();
  }
}
