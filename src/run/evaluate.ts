// A trained adapter tested on annotated clips, whatever system it is of: the same in Node and in a page.
import type { Split } from '../data/dataset.ts';
import type { Feed } from '../data/feed.ts';
import { openPredictor } from '../infer/predictor.ts';
import type { OpenSession } from '../runtime/session.ts';
import type { Scored } from '../systems/system.ts';
import type { Adapter } from './adapter.ts';
import { askAbout } from './ask.ts';

/** The adapter, the clips as a feed, and where the graphs run. */
export type EvaluateRunOptions = {
  readonly adapter: Adapter;
  /** Its clips are read before this begins. */
  readonly feed: Feed;
  readonly split: Split;
  /** Rows at once at most. */
  readonly batch: number;
  readonly openSession: OpenSession;
  /** Names the draws of pairs and mixtures. Default: 0. */
  readonly seed?: number;
  /** Rows answered so far, over all walks. */
  readonly onRows?: ((done: number) => void) | undefined;
};

/** What the clips have shown, and what computed it. */
export type EvaluatedRun = { readonly scored: Scored; readonly provider: string };

/** Scores an adapter on the clips of a feed. @throws DuetError where the clips cannot be scored. */
export async function evaluateRun(options: EvaluateRunOptions): Promise<EvaluatedRun> {
  const { adapter, feed, split, batch, openSession, seed = 0, onRows } = options;
  const { open, known, tensors } = adapter;
  const predictor = await openPredictor({
    ...{ backbone: known.backbone, model: open.folded, openSession },
    batchSize: Math.min(batch, await feed.count(split)),
  });
  try {
    const ask = askAbout({ feed, predictor, adapter: tensors, split, onRows });
    return { scored: await open.score(ask, { extent: 'full', seed }), provider: predictor.provider };
  } finally {
    await predictor.release();
  }
}
