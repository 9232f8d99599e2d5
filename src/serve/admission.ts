// How many requests are inside: those that are worked on and those that wait. One more is refused, with a guess when to
// come again.

export type Admission = {
  /** What to call when the request is done; undefined when the house is full. */
  enter(): (() => void) | undefined;
  inside(): number;
  /** Seconds until there is likely to be room. */
  retryAfter(): number;
  /** Resolves when nobody is inside. */
  empty(): Promise<void>;
};

/** @param working requests that are worked on at once. @param waiting those that may wait. */
export function createAdmission(
  working: number,
  waiting: number,
  now: () => number = () => performance.now(),
): Admission {
  let inside = 0;
  let meanSeconds = 1;
  let whenEmpty: (() => void)[] = [];
  return {
    enter() {
      if (inside >= working + waiting) return undefined;
      inside++;
      const began = now();
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        inside--;
        meanSeconds += ((now() - began) / 1000 - meanSeconds) / 8;
        if (inside > 0) return;
        for (const resolve of whenEmpty) resolve();
        whenEmpty = [];
      };
    },
    inside: () => inside,
    retryAfter: () => Math.min(60, Math.max(1, Math.ceil((meanSeconds * (inside + 1 - working)) / working))),
    empty: () => (inside === 0 ? Promise.resolve() : new Promise((resolve) => void whenEmpty.push(resolve))),
  };
}
