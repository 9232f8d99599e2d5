// Where to cut ranked detections, so that a list of events is left that people can use.
import {
  type Collars,
  type DetectedEvent,
  desedCollars,
  eventCounts,
  f1Of,
  type LabelledSegment,
  labelsOf,
  merged,
} from './event-detection.ts';

const candidates = 50;

/**
 * For each class of the truth the least score at which the event-based F1 is highest, of equally good ones the highest.
 * Detections of one class that touch count as one event.
 */
export function bestThresholds(
  detections: readonly DetectedEvent[],
  truths: readonly LabelledSegment[],
  collars: Collars = desedCollars,
): Map<string, number> {
  return new Map(
    labelsOf(truths).map((label) => {
      const [ofDetections, ofTruths] = [
        detections.filter((detection) => detection.label === label),
        truths.filter((truth) => truth.label === label),
      ];
      const scores = [...new Set(ofDetections.map(({ score }) => score))].sort((a, b) => b - a);
      const spread = Array.from({ length: Math.min(candidates, scores.length) }, (_, i) => {
        return scores[Math.floor((i * scores.length) / Math.min(candidates, scores.length))]!;
      });
      const f1At = (threshold: number) => {
        const kept = merged(ofDetections.filter(({ score }) => score >= threshold));
        return f1Of(eventCounts(kept, ofTruths, collars).get(label)!);
      };
      let best = { threshold: scores[0] ?? 1, f1: 0 };
      for (const threshold of spread) {
        const f1 = f1At(threshold);
        if (f1 > best.f1) best = { threshold, f1 };
      }
      return [label, best.threshold];
    }),
  );
}

export type ListSettings = {
  /** Least score of each class; `otherwise` for those without one, such as names never trained. */
  readonly thresholds: ReadonlyMap<string, number>;
  readonly otherwise: number;
  /** Events shorter than this are left out; seconds. */
  readonly shortest: number;
};

/** The detections that are likely enough, those of one class that touch joined with the best of their scores. */
export function clearEvents(
  detections: readonly DetectedEvent[],
  { thresholds, otherwise, shortest }: ListSettings,
): DetectedEvent[] {
  const likely = detections.filter(({ label, score }) => score >= (thresholds.get(label) ?? otherwise));
  return merged(likely)
    .filter(({ start, end }) => end - start >= shortest)
    .map((event) => {
      const parts = likely.filter(
        ({ video, label, start, end }) =>
          video === event.video && label === event.label && start >= event.start && end <= event.end,
      );
      return { ...event, score: Math.max(...parts.map(({ score }) => score)) };
    })
    .sort((a, b) => a.start - b.start);
}
