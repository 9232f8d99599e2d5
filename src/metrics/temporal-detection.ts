// How well found segments of time match the true ones: temporal intersection over union, and the average precision of
// ActivityNet's evaluation (Caba Heilbron et al. 2015).

/** A stretch of one video's time; any unit, `end` after `start`. */
export type Segment = { readonly video: string; readonly start: number; readonly end: number };

export type ScoredSegment = Segment & { readonly score: number };

/** Length shared by two stretches over the length they cover together, 0 to 1; their videos are not compared. */
export function temporalIou(a: Omit<Segment, 'video'>, b: Omit<Segment, 'video'>): number {
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return shared <= 0 ? 0 : shared / (a.end - a.start + b.end - b.start - shared);
}

/**
 * Average precision of one class at a temporal IoU: predictions of all videos by descending score each take the free
 * true segment of their video with the highest IoU of at least `threshold`, or are false; precision is made
 * non-increasing in recall. 0 without predictions, NaN without true segments.
 */
export function temporalAveragePrecision(
  predictions: readonly ScoredSegment[],
  truths: readonly Segment[],
  threshold: number,
): number {
  const free = new Map<string, Set<Segment>>();
  for (const truth of truths) {
    const ofVideo = free.get(truth.video) ?? new Set();
    free.set(truth.video, ofVideo.add(truth));
  }
  const ranked = predictions.toSorted((a, b) => b.score - a.score);
  let found = 0;
  const curve = ranked.map((prediction, rank) => {
    const ofVideo = free.get(prediction.video);
    const best = nearest(prediction, ofVideo ?? new Set());
    const isRight = best !== undefined && best.iou >= threshold;
    if (isRight) {
      found++;
      ofVideo!.delete(best.truth);
    }
    return { isRight, precision: found / (rank + 1) };
  });
  let total = 0;
  let envelope = 0;
  for (const { isRight, precision } of curve.toReversed()) {
    envelope = Math.max(envelope, precision);
    if (isRight) total += envelope;
  }
  return total / truths.length;
}

function nearest(prediction: Segment, truths: ReadonlySet<Segment>) {
  let best: { readonly truth: Segment; readonly iou: number } | undefined;
  for (const truth of truths) {
    const iou = temporalIou(prediction, truth);
    if (!best || iou > best.iou) best = { truth, iou };
  }
  return best;
}
