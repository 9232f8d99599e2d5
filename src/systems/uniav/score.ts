// How good found events are: the numbers of localisation, with how sure they are, and of sound event detection.
import { bootstrapInterval, type Interval } from '../../metrics/bootstrap.ts';
import {
  activityNetIous,
  type ClassPrecision,
  classPrecisions,
  type DetectedEvent,
  type DetectionCounts,
  eventCounts,
  f1Of,
  type LabelledSegment,
  meanAveragePrecisions,
  merged,
  segmentCounts,
  tenthIous,
} from '../../metrics/event-detection.ts';
import { polyphonicScore, scenarios } from '../../metrics/polyphonic-detection.ts';
import { createRandom } from '../../random.ts';
import { percent } from '../../report/format.ts';
import type { Shown } from '../../report/shown.ts';

export type ScoredClips = {
  /** Ids of all clips that were looked at, with their lengths in seconds. */
  readonly clips: ReadonlyMap<string, number>;
  readonly detections: readonly DetectedEvent[];
  readonly truths: readonly LabelledSegment[];
  /** Least scores of an event that counts for F1, by class. */
  readonly thresholds: ReadonlyMap<string, number>;
};

/** Shares, 0 to 1; null where there are no true events. */
export type EventScore = {
  /** Mean average precision over temporal IoUs of 0.1 to 0.9, and its interval for other clips like these. */
  readonly meanPrecision: number | null;
  readonly meanPrecisionInterval: Interval;
  readonly precisionAtHalf: number | null;
  readonly precisionAtHalfInterval: Interval;
  /** Over 0.5 to 0.95, as ActivityNet has it. */
  readonly activityNetPrecision: number | null;
  readonly eventF1: number | null;
  readonly segmentF1: number | null;
  readonly psdsTimes: number | null;
  readonly psdsClasses: number | null;
  readonly classes: readonly ClassScore[];
};

export type ClassScore = {
  readonly label: string;
  readonly events: number;
  readonly precisionAtHalf: number;
  readonly meanPrecision: number;
  readonly eventF1: number;
};

const defaultThreshold = 0.5;
const resamples = 500;
const half = tenthIous.indexOf(0.5);

/** What an epoch is chosen by. */
export function meanPrecisions({
  detections,
  truths,
}: Pick<ScoredClips, 'detections' | 'truths'>): Pick<EventScore, 'meanPrecision' | 'precisionAtHalf'> {
  const precisions = meanAveragePrecisions(classPrecisions(detections, truths, tenthIous));
  return { meanPrecision: known(meanOf(precisions)), precisionAtHalf: known(precisions[half]!) };
}

export function scoreEvents({ clips, detections, truths, thresholds }: ScoredClips): EventScore {
  const tenths = classPrecisions(detections, truths, tenthIous);
  const precisions = meanAveragePrecisions(tenths);
  const isLikely = ({ label, score }: DetectedEvent) => score >= (thresholds.get(label) ?? defaultThreshold);
  const likely = merged(detections.filter(isLikely));
  const events = eventCounts(likely, truths);
  const seconds = [...clips.values()].reduce((sum, length) => sum + length, 0);
  const psds = (name: keyof typeof scenarios) =>
    known(polyphonicScore(detections, merged(truths), seconds, scenarios[name]));
  const interval = (pick: (values: readonly number[]) => number) => intervalOf(clips, tenths, pick);
  return {
    meanPrecision: known(meanOf(precisions)),
    meanPrecisionInterval: interval(meanOf),
    precisionAtHalf: known(precisions[half]!),
    precisionAtHalfInterval: interval((values) => values[half]!),
    activityNetPrecision: known(meanOf(meanAveragePrecisions(classPrecisions(detections, truths, activityNetIous)))),
    eventF1: macroF1(events),
    segmentF1: macroF1(segmentCounts(likely, truths)),
    psdsTimes: psds('exactTimes'),
    psdsClasses: psds('rightClasses'),
    classes: tenths.map(({ label, precisions: of }) => ({
      label,
      events: truths.filter((truth) => truth.label === label).length,
      precisionAtHalf: of()[half]!,
      meanPrecision: meanOf(of()),
      eventF1: f1Of(events.get(label)!),
    })),
  };
}

/** The score as people read it. */
export function shownScore(score: EventScore): Shown[] {
  const withInterval = (value: number | null, { low, high }: Interval) =>
    value === null ? '–' : `${percent(value)} (95 %: ${percent(low)} to ${percent(high)})`;
  const plain = (value: number | null) => percent(value ?? Number.NaN);
  return [
    {
      kind: 'numbers',
      rows: [
        ['mAP, temporal IoU 0.1 to 0.9', withInterval(score.meanPrecision, score.meanPrecisionInterval)],
        ['mAP at temporal IoU 0.5', withInterval(score.precisionAtHalf, score.precisionAtHalfInterval)],
        ['mAP, temporal IoU 0.5 to 0.95', plain(score.activityNetPrecision)],
        ['F1 of events', plain(score.eventF1)],
        ['F1 of seconds', plain(score.segmentF1)],
        ['PSDS, exact times', plain(score.psdsTimes)],
        ['PSDS, right classes', plain(score.psdsClasses)],
      ],
    },
    {
      kind: 'table',
      columns: [
        { name: 'class', kind: 'text' },
        { name: 'events', kind: 'number' },
        { name: 'AP at 0.5', kind: 'share' },
        { name: 'mean AP', kind: 'share' },
        { name: 'F1', kind: 'share' },
      ],
      rows: score.classes.map((row) => [row.label, row.events, row.precisionAtHalf, row.meanPrecision, row.eventF1]),
    },
  ];
}

function intervalOf(
  clips: ReadonlyMap<string, number>,
  classes: readonly ClassPrecision[],
  pick: (values: readonly number[]) => number,
): Interval {
  const random = createRandom('bootstrap', clips.size);
  const statistic = (weightOf: (clip: string) => number) => pick(meanAveragePrecisions(classes, weightOf));
  return bootstrapInterval([...clips.keys()], statistic, random, { rounds: resamples });
}

function macroF1(counts: ReadonlyMap<string, DetectionCounts>): number | null {
  return known(meanOf([...counts.values()].map(f1Of)));
}

/** NaN without any. */
function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
