// The model's answers to the rows of a split.
import type { Split } from '../data/dataset.ts';
import type { Feed } from '../data/feed.ts';
import type { Predictor } from '../infer/predictor.ts';
import type { ParameterValues } from '../model/parameters.ts';
import type { Ask } from '../systems/system.ts';

export type AskOptions = {
  readonly feed: Feed;
  readonly predictor: Predictor;
  readonly adapter: ParameterValues;
  readonly split: Split;
  /** Rows of a walk at most, to the whole batch; default: all. */
  readonly most?: number;
  /** Rows answered so far, over all walks. */
  readonly onRows?: ((done: number) => void) | undefined;
};

export function askAbout({ feed, predictor, adapter, split, most, onRows }: AskOptions): Ask {
  let done = 0;
  return async function* ask(pass) {
    let ofWalk = 0;
    for await (const { rows, arrays, count } of feed.batches(split, pass)) {
      yield { rows, arrays, outputs: await predictor.run(adapter, arrays, count) };
      done += count;
      ofWalk += count;
      onRows?.(done);
      if (most !== undefined && ofWalk >= most) return;
    }
  };
}
