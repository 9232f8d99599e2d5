// Where "sound and picture do not belong together" begins, for a model that has seen few clips.

/** Logits are at least this much above those of true pairs before they count as background: the more, the fewer pairs there are to tell. */
const margin = (pairs: number) => 0.5 + 4 / pairs;
/** Share of true pairs that may be taken for background. */
const allowed = 0.1;

/**
 * The background probability above which a pair is said not to belong together. Taught by few examples, the background head is too
 * suspicious of clips that it has not seen: so the threshold, else 0.5, is raised above the logits of unseen clips that do belong together.
 */
export function backgroundThreshold(logitsOfTruePairs: readonly number[]): number {
  if (logitsOfTruePairs.length === 0) return 0.5;
  const sorted = [...logitsOfTruePairs].sort((a, b) => b - a);
  const highestKept = sorted[Math.floor(allowed * sorted.length)]!;
  const logit = Math.max(0, highestKept + margin(sorted.length));
  return 1 / (1 + Math.exp(-logit));
}
