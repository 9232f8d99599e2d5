// From scores of windows to moments that answer a query: several kinds of evidence together, what is not wanted taken
// off, and nothing where nothing stands out.

/** Scores of all rows by one kind of evidence, NaN where a row has none. */
export type Evidence = {
  readonly scores: Float32Array;
  /** How much it counts; below 0 for what is not wanted. */
  readonly weight: number;
};

/**
 * Every kind of evidence as deviations from its own mean over the archive, added by weight, and the sum as deviations
 * again, so that a number means the same for every query: how far a row stands out of its archive.
 * @returns for each row; -Infinity for rows without any evidence that is wanted.
 */
export function combineEvidence(evidence: readonly Evidence[], isAlive: (row: number) => boolean): Float32Array {
  const count = evidence[0]?.scores.length ?? 0;
  const total = new Float32Array(count);
  const has = new Uint8Array(count);
  for (const { scores, weight } of evidence) {
    const { mean, deviation } = spread(scores, isAlive);
    for (let row = 0; row < count; row++) {
      if (Number.isNaN(scores[row]!) || !isAlive(row)) continue;
      if (weight > 0) has[row] = 1;
      total[row]! += (weight * (scores[row]! - mean)) / deviation;
    }
  }
  const { mean, deviation } = spread(total, (row) => has[row] === 1);
  return total.map((value, row) => (has[row] === 1 ? (value - mean) / deviation : -Infinity));
}

function spread(scores: Float32Array, counts: (row: number) => boolean): { mean: number; deviation: number } {
  let [total, squares, count] = [0, 0, 0];
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (Number.isNaN(score) || !counts(row)) continue;
    total += score;
    squares += score * score;
    count++;
  }
  const mean = count === 0 ? 0 : total / count;
  const variance = count === 0 ? 0 : squares / count - mean * mean;
  // Where all rows score alike none stands out.
  return { mean, deviation: variance > 1e-12 ? Math.sqrt(variance) : 1 };
}

/** A window of the archive. */
export type ArchiveWindow = { readonly path: string; readonly start: number; readonly end: number };

export type Moment = ArchiveWindow & {
  /** Of its best window, whose row this is. */
  readonly score: number;
  readonly row: number;
};

export type MomentOptions = {
  readonly top: number;
  /** Rows below it are no answer. */
  readonly threshold: number;
  /** Whether only the best moment of each file counts. */
  readonly onePerFile: boolean;
};

/** Of a moment's best score, what a neighbouring window must have to be a part of it. */
const neighbourShare = 0.5;

/**
 * The best moments, the best first. Windows that touch a better one of the same file belong to its moment where they
 * score at least half as much.
 * @param windowOf the window of a row.
 */
export function bestMoments(
  scores: Float32Array,
  windowOf: (row: number) => ArchiveWindow,
  { top, threshold, onePerFile }: MomentOptions,
): Moment[] {
  const moments: Moment[] = [];
  const rows: number[] = [];
  for (let row = 0; row < scores.length; row++)
    if (scores[row]! >= threshold && scores[row]! > -Infinity) rows.push(row);
  for (const row of rows.sort((a, b) => scores[b]! - scores[a]! || a - b)) {
    const window = windowOf(row);
    const place = moments.findIndex(
      (moment) => moment.path === window.path && moment.start <= window.end && window.start <= moment.end,
    );
    const known = moments[place];
    if (known) {
      if (scores[row]! < neighbourShare * known.score) continue;
      const [start, end] = [Math.min(known.start, window.start), Math.max(known.end, window.end)];
      moments[place] = { ...known, start, end };
    } else if (moments.length < top && !(onePerFile && moments.some(({ path }) => path === window.path))) {
      moments.push({ ...window, score: scores[row]!, row });
    }
  }
  return moments;
}
