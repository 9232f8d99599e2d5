// How many clips of a training batch are taken for what they are.
import type { Batch } from '../../data/batch.ts';
import type { Results } from '../../runtime/feeds.ts';

/** @param logged with `logit` [B], above 0 for fake. Clips that are not `counted` are not judged. */
export function rightlyJudged(
  { arrays: { label, counted }, count }: Batch,
  { logit }: Results,
): { readonly judged: number; readonly right: number } {
  const judged = Array.from({ length: count }, (_, clip) => clip).filter((clip) => counted![clip] === 1);
  return { judged: judged.length, right: judged.filter((clip) => logit![clip]! > 0 === (label![clip] === 1)).length };
}
