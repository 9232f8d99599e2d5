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

/** Whether a prediction is right, in the order of descending scores. */
export type RankedMatch = { readonly video: string; readonly isRight: boolean };

/**
 * Predictions of one class in all videos by descending score: each takes the free true segment of its video with the
 * highest IoU of at least `threshold`, or is false.
 */
export function rankedMatches(
  predictions: readonly ScoredSegment[],
  truths: readonly Segment[],
  threshold: number,
): RankedMatch[] {
  const free = new Map<string, Set<Segment>>();
  for (const truth of truths) {
    const ofVideo = free.get(truth.video) ?? new Set();
    free.set(truth.video, ofVideo.add(truth));
  }
  return predictions
    .toSorted((a, b) => b.score - a.score)
    .map((prediction) => {
      const ofVideo = free.get(prediction.video);
      const best = nearest(prediction, ofVideo ?? new Set());
      const isRight = best !== undefined && best.iou >= threshold;
      if (isRight) ofVideo!.delete(best.truth);
      return { video: prediction.video, isRight };
    });
}

/**
 * Average precision of one class at a temporal IoU, precision made non-increasing in recall. 0 without predictions, NaN
 * without true segments.
 * @param weightOf how often a video counts; by default once.
 */
export function matchedAveragePrecision(
  ranked: readonly RankedMatch[],
  truths: readonly Segment[],
  weightOf: (video: string) => number = () => 1,
): number {
  let [found, rank] = [0, 0];
  const curve = ranked.map(({ video, isRight }) => {
    const weight = weightOf(video);
    rank += weight;
    if (isRight) found += weight;
    return { gain: isRight ? weight : 0, precision: rank === 0 ? 0 : found / rank };
  });
  let [total, envelope] = [0, 0];
  for (const { gain, precision } of curve.toReversed()) {
    envelope = Math.max(envelope, precision);
    total += gain * envelope;
  }
  return total / truths.reduce((sum, { video }) => sum + weightOf(video), 0);
}

/** `matchedAveragePrecision` of predictions as `rankedMatches` finds them. */
export function temporalAveragePrecision(
  predictions: readonly ScoredSegment[],
  truths: readonly Segment[],
  threshold: number,
): number {
  return matchedAveragePrecision(rankedMatches(predictions, truths, threshold), truths);
}

function nearest(prediction: Segment, truths: ReadonlySet<Segment>) {
  let best: { readonly truth: Segment; readonly iou: number } | undefined;
  for (const truth of truths) {
    const iou = temporalIou(prediction, truth);
    if (!best || iou > best.iou) best = { truth, iou };
  }
  return best;
}
