// How well queries find the right items: ranks, recall and precision at k, mean average precision (Manning et al. 2008,
// chapter 8). Equal scores share their ranks' mean, as in the field's usual evaluation of retrieval.

export type Retrieval = {
  readonly queries: number;
  readonly items: number;
  /** [queries, items], higher is nearer. */
  readonly similarity: ArrayLike<number>;
  /** [queries, items], not 0 where the item is a right answer; every query has one at least. */
  readonly relevant: ArrayLike<number>;
};

export type RetrievalMetrics = {
  /** Of each query: the rank of its best right answer, from 1; half ranks come of ties. */
  readonly ranks: readonly number[];
  readonly medianRank: number;
  readonly meanRank: number;
  /** Mean over queries of the mean precision at each right answer, 0 to 1; equal scores go by ascending item number. */
  readonly meanAveragePrecision: number;
  /** Share of queries whose rank is at most k. */
  recallAt(k: number): number;
  /** Mean over queries of the share of right answers among the first k. */
  precisionAt(k: number): number;
};

/** @throws for a similarity that is not a number and for a query without a right answer. */
export function retrievalMetrics(retrieval: Retrieval): RetrievalMetrics {
  const rows = Array.from({ length: retrieval.queries }, (_, query) => judgedItems(retrieval, query));
  const ranks = rows.map(bestRank);
  const sorted = [...ranks].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const found = rows.map(foundInOrder);
  return {
    ranks,
    medianRank: sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2,
    meanRank: mean(ranks),
    meanAveragePrecision: mean(found.map(averagePrecision)),
    recallAt: (k) => mean(ranks.map((rank) => Number(rank <= k))),
    precisionAt: (k) => mean(found.map((places) => places.filter((place) => place <= k).length / k)),
  };
}

type JudgedItem = { readonly score: number; readonly isRight: boolean };

function judgedItems({ items, similarity, relevant }: Retrieval, query: number): JudgedItem[] {
  const row = Array.from({ length: items }, (_, item) => {
    const place = query * items + item;
    return { score: similarity[place]!, isRight: relevant[place] !== 0 };
  });
  if (row.some(({ score }) => Number.isNaN(score)))
    throw new Error(`retrieval: a similarity of query ${query} is not a number`);
  if (!row.some(({ isRight }) => isRight)) throw new Error(`retrieval: query ${query} has no right answer`);
  return row;
}

/** 1 + the wrong items above the best right one, those that score the same counted half. */
function bestRank(row: readonly JudgedItem[]): number {
  const best = row.reduce((most, { score, isRight }) => (isRight ? Math.max(most, score) : most), -Infinity);
  const wrong = row.filter(({ isRight }) => !isRight);
  const above = wrong.filter(({ score }) => score > best).length;
  const equal = wrong.filter(({ score }) => score === best).length;
  return 1 + above + equal / 2;
}

/** Places of the right items, from 1, in the order of the scores. */
function foundInOrder(row: readonly JudgedItem[]): number[] {
  // Sorting is stable, so that equal scores keep the items' order.
  const order = [...row].sort((a, b) => b.score - a.score);
  return order.flatMap(({ isRight }, index) => (isRight ? [index + 1] : []));
}

function averagePrecision(places: readonly number[]): number {
  return mean(places.map((place, index) => (index + 1) / place));
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
