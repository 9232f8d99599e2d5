// How well a window fits a query, by itself: what its rank in the archive does not say, as something is always first.

/** Cosines with what is sought, each by how much it counts. */
export type Likeness = { readonly cosine: number; readonly weight: number };

/** The mean cosine, -1 to 1; 0 for a window without any of what is sought. */
export function meanLikeness(found: readonly Likeness[]): number {
  const total = found.reduce((sum, { weight }) => sum + weight, 0);
  const sum = found.reduce((all, { cosine, weight }) => all + cosine * weight, 0);
  return total === 0 ? 0 : Math.min(1, Math.max(-1, sum / total));
}

/** The share of usual texts that fit a window less than the query does, 0 to 1. */
export function shareBelow(own: number, usual: readonly number[]): number {
  return usual.reduce((count, score) => count + Number(score < own), 0) / usual.length;
}
