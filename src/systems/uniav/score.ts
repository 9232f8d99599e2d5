// How good found events are: the numbers of localisation, with how sure they are, and of sound event detection.
import type { Sense } from '../../data/annotation.ts';
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
import type { Shown, ShownSection } from '../../report/shown.ts';
import { senseTitles } from './practical.ts';

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
  readonly precisionAtHalfInterval: Interval;
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
  const interval = (pick: (values: readonly number[]) => number, of = tenths) => intervalOf(clips, of, pick);
  // Of clips without an event of the class there is one value, which is none.
  const atHalf = (values: readonly number[]) => values[half] ?? Number.NaN;
  return {
    meanPrecision: known(meanOf(precisions)),
    meanPrecisionInterval: interval(meanOf),
    precisionAtHalf: known(precisions[half]!),
    precisionAtHalfInterval: interval(atHalf),
    activityNetPrecision: known(meanOf(meanAveragePrecisions(classPrecisions(detections, truths, activityNetIous)))),
    eventF1: macroF1(events),
    segmentF1: macroF1(segmentCounts(likely, truths)),
    psdsTimes: psds('exactTimes'),
    psdsClasses: psds('rightClasses'),
    classes: tenths.map((one) => ({
      label: one.label,
      events: truths.filter(({ label }) => label === one.label).length,
      precisionAtHalf: atHalf(one.precisions()),
      precisionAtHalfInterval: interval(atHalf, [one]),
      meanPrecision: meanOf(one.precisions()),
      eventF1: f1Of(events.get(one.label)!),
    })),
  };
}

/** The scores as people read them: the measures, then the classes; of several senses beside each other. */
export function shownScores(scores: readonly (readonly [sense: Sense, score: EventScore])[]): ShownSection[] {
  const rows: readonly (readonly [string, (score: EventScore) => string])[] = [
    ['mAP, temporal IoU 0.1 to 0.9', (score) => withInterval(score.meanPrecision, score.meanPrecisionInterval)],
    ['mAP at temporal IoU 0.5', (score) => withInterval(score.precisionAtHalf, score.precisionAtHalfInterval)],
    ['mAP, temporal IoU 0.5 to 0.95', (score) => withInterval(score.activityNetPrecision)],
    ['F1 of events', (score) => withInterval(score.eventF1)],
    ['F1 of seconds', (score) => withInterval(score.segmentF1)],
    ['PSDS 1, exact times', (score) => withInterval(score.psdsTimes)],
    ['PSDS 2, right classes', (score) => withInterval(score.psdsClasses)],
  ];
  const measures: Shown = {
    kind: 'table',
    note: 'In brackets: the 95 per cent interval for other clips like these.',
    columns: [
      { name: 'measure', kind: 'text' },
      ...scores.map(([sense]) => ({ name: senseTitles[sense], kind: 'text' }) as const),
    ],
    rows: rows.map(([name, text]) => [name, ...scores.map(([, score]) => text(score))]),
  };
  const classes: Shown = {
    kind: 'table',
    columns: [
      { name: 'class', kind: 'text' },
      { name: 'is', kind: 'text' },
      { name: 'events', kind: 'number' },
      { name: 'AP at 0.5', kind: 'text' },
      { name: 'mean AP', kind: 'share' },
      { name: 'F1', kind: 'share' },
    ],
    rows: scores.flatMap(([sense, score]) =>
      score.classes.map((row) => [
        ...[row.label, senseTitles[sense], row.events],
        withInterval(row.precisionAtHalf, row.precisionAtHalfInterval),
        ...[row.meanPrecision, row.eventF1],
      ]),
    ),
  };
  return [
    { id: 'events', title: 'Events', shown: [measures], forTerminal: true },
    { id: 'classes', title: 'Classes', shown: [classes], forTerminal: true },
  ];
}

function withInterval(value: number | null, interval?: Interval): string {
  if (value === null) return '–';
  return interval ? `${percent(value)} (${percent(interval.low)} to ${percent(interval.high)})` : percent(value);
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
