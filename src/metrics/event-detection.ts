// How well labelled events match the true ones, class by class: mean average precision over temporal IoUs (ActivityNet,
// Caba Heilbron et al. 2015), and the event- and segment-based F1 of sound event detection (Mesaros et al. 2016).
import { matchedAveragePrecision, rankedMatches, type ScoredSegment, type Segment } from './temporal-detection.ts';

/** A true event; in seconds. */
export type LabelledSegment = Segment & { readonly label: string };
export type DetectedEvent = ScoredSegment & { readonly label: string };

/** The temporal IoUs of ActivityNet: 0.5, 0.55, ..., 0.95. */
export const activityNetIous = Array.from({ length: 10 }, (_, i) => (50 + 5 * i) / 100);
/** Those that UniAV and UnAV-100 print: 0.1, 0.2, ..., 0.9. */
export const tenthIous = Array.from({ length: 9 }, (_, i) => (i + 1) / 10);

/** True events of one class whose ends both differ by less than this are one event listed twice; seconds. */
const duplicateTolerance = 1e-3;

/** Average precision of one class at each temporal IoU, for any weights of the videos. */
export type ClassPrecision = {
  readonly label: string;
  /** As `matchedAveragePrecision`, for each IoU. */
  precisions(weightOf?: (video: string) => number): number[];
};

/** For each class of the truth; the matching is done once, so that many weights can be asked for. */
export function classPrecisions(
  detections: readonly DetectedEvent[],
  truths: readonly LabelledSegment[],
  ious: readonly number[],
): ClassPrecision[] {
  return labelsOf(truths).map((label) => {
    const ofLabel = detections.filter((detection) => detection.label === label);
    const distinct = withoutDuplicates(truths.filter((truth) => truth.label === label));
    const ranked = ious.map((iou) => rankedMatches(ofLabel, distinct, iou));
    return {
      label,
      precisions: (weightOf) => ranked.map((matches) => matchedAveragePrecision(matches, distinct, weightOf)),
    };
  });
}

/** Mean over the classes that have true events, at each IoU; NaN without any. */
export function meanAveragePrecisions(
  classes: readonly ClassPrecision[],
  weightOf?: (video: string) => number,
): number[] {
  const rows = classes.map(({ precisions }) => precisions(weightOf)).filter((row) => !row.some(Number.isNaN));
  return (rows[0] ?? [Number.NaN]).map((_, iou) => rows.reduce((sum, row) => sum + row[iou]!, 0) / rows.length);
}

function withoutDuplicates(truths: readonly LabelledSegment[]): LabelledSegment[] {
  const isSame = (a: LabelledSegment, b: LabelledSegment) =>
    a.video === b.video &&
    Math.abs(a.start - b.start) < duplicateTolerance &&
    Math.abs(a.end - b.end) < duplicateTolerance;
  return truths.filter((truth, index) => !truths.slice(0, index).some((earlier) => isSame(earlier, truth)));
}

/** Counts over all files of one class. */
export type DetectionCounts = {
  readonly found: number;
  readonly falseAlarms: number;
  readonly missed: number;
};

/** 2 found / (truths + detections); 0 where there is neither. */
export function f1Of({ found, falseAlarms, missed }: DetectionCounts): number {
  return found === 0 ? 0 : (2 * found) / (2 * found + falseAlarms + missed);
}

export type Collars = {
  /** Largest difference of the starts, and the least tolerance of the ends; seconds. */
  readonly seconds: number;
  /** Tolerance of the ends as a share of the true event's length. */
  readonly share: number;
};

export const desedCollars: Collars = { seconds: 0.2, share: 0.2 };

/** By class of the truth: detections matched with true events of their file whose ends are near, as many as can be. */
export function eventCounts(
  detections: readonly LabelledSegment[],
  truths: readonly LabelledSegment[],
  { seconds, share }: Collars = desedCollars,
): Map<string, DetectionCounts> {
  return new Map(
    labelsOf(truths).map((label) => {
      const [ofDetections, ofTruths] = [detections, truths].map((all) => all.filter((event) => event.label === label));
      const candidates = ofDetections!.map((detection) =>
        [...ofTruths!.keys()].filter((index) => {
          const truth = ofTruths![index]!;
          const atEnd = Math.max(seconds, share * (truth.end - truth.start));
          return (
            truth.video === detection.video &&
            Math.abs(truth.start - detection.start) <= seconds &&
            Math.abs(truth.end - detection.end) <= atEnd
          );
        }),
      );
      const found = largestMatching(candidates);
      return [label, { found, falseAlarms: ofDetections!.length - found, missed: ofTruths!.length - found }];
    }),
  );
}

/** By class of the truth: stretches of `seconds` of the files in which it is active, in truth and in detections. */
export function segmentCounts(
  detections: readonly LabelledSegment[],
  truths: readonly LabelledSegment[],
  seconds = 1,
): Map<string, DetectionCounts> {
  const active = (events: readonly LabelledSegment[]) =>
    new Set(
      events.flatMap(({ video, start, end }) => {
        const first = Math.floor(start / seconds);
        return Array.from({ length: Math.ceil(end / seconds) - first }, (_, i) => JSON.stringify([video, first + i]));
      }),
    );
  return new Map(
    labelsOf(truths).map((label) => {
      const [detected, real] = [detections, truths].map((all) =>
        active(all.filter((event) => event.label === label)),
      ) as [Set<string>, Set<string>];
      const found = [...detected].filter((segment) => real.has(segment)).length;
      return [label, { found, falseAlarms: detected.size - found, missed: real.size - found }];
    }),
  );
}

/** Events of which those of one class and file that touch are one. */
export function merged<Event extends LabelledSegment>(events: readonly Event[]): Event[] {
  const result: Event[] = [];
  for (const event of events.toSorted(
    (a, b) => compare(a.video, b.video) || compare(a.label, b.label) || a.start - b.start,
  )) {
    const last = result.at(-1);
    if (last?.video === event.video && last.label === event.label && event.start <= last.end)
      result[result.length - 1] = { ...last, end: Math.max(last.end, event.end) };
    else result.push(event);
  }
  return result;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function labelsOf(events: readonly LabelledSegment[]): string[] {
  return [...new Set(events.map(({ label }) => label))].sort();
}

/** Size of the largest matching of a bipartite graph, by augmenting paths. @param candidates partners of each item. */
function largestMatching(candidates: readonly (readonly number[])[]): number {
  const takenBy = new Map<number, number>();
  const place = (item: number, tried: Set<number>): boolean =>
    candidates[item]!.some((partner) => {
      if (tried.has(partner)) return false;
      tried.add(partner);
      const holder = takenBy.get(partner);
      if (holder !== undefined && !place(holder, tried)) return false;
      takenBy.set(partner, item);
      return true;
    });
  return candidates.filter((_, item) => place(item, new Set())).length;
}
