// What UniAV says of a clip: a list of events that people can use, and how it is shown.
import * as z from 'zod';
import { type Annotation, annotationsOf, senses } from '../../data/annotation.ts';
import type { ScoredEvent } from '../../files/events/events.ts';
import { clearEvents } from '../../metrics/event-thresholds.ts';
import { clock } from '../../report/format.ts';
import type { Shown, Track } from '../../report/shown.ts';
import { type ChunkAnswer, clipEvents } from './clip-events.ts';
import { senseTitles } from './practical.ts';
import type { Grid } from './seconds.ts';
import type { SuppressionSettings } from './suppress.ts';

const seconds = z.number().min(0);
const share = z.number().min(0).max(1);

/** What the localiser says of a clip: its events; times in seconds, scores from 0 to 1. */
export const eventsResultSchema = z.object({
  /** How long the clip is. */
  seconds,
  /** In order of their starts. */
  events: z.array(z.object({ start: seconds, end: seconds, label: z.string(), sense: z.enum(senses), score: share })),
});
/** What `eventsResultSchema` checks. */
export type EventsResult = z.infer<typeof eventsResultSchema>;

/** What may be asked of a clip's events. */
export const eventsOptionsSchema = z.object({
  threshold: share
    .nullable()
    .default(null)
    .meta({ flag: '--threshold <share>', help: 'how sure an event must be; by default as validation found best' }),
  shortest: seconds
    .default(0)
    .meta({ flag: '--shortest <seconds>', help: 'leave out events that last less than this' }),
});
/** What `eventsOptionsSchema` checks. */
export type EventsOptions = z.infer<typeof eventsOptionsSchema>;

export type EventsContext = {
  readonly labels: readonly string[];
  /** Rows of a chunk, and the seconds that they stand for. */
  readonly length: number;
  readonly grid: Grid;
  readonly seconds: number;
  readonly suppression: SuppressionSettings;
};

/** The events that a clip's chunks add up to. The tasks are called by their senses. */
export function eventsResult(
  answers: readonly ChunkAnswer[],
  context: EventsContext,
  { threshold, shortest }: EventsOptions,
): EventsResult {
  const ranked = clipEvents(answers, context, context.suppression);
  const events = senses.flatMap((sense) => {
    const detections = (ranked[sense] ?? []).map(({ start, end, score, label }) => ({
      ...{ start, end, score, video: '', label: context.labels[label]! },
    }));
    const least = [...(answers[0]?.thresholds[sense] ?? [])];
    const thresholds = new Map(context.labels.map((label, i) => [label, threshold ?? least[i]!]));
    const clear = clearEvents(detections, { thresholds, otherwise: 1, shortest });
    return clear.map(({ start, end, score, label }) => ({ start, end, label, sense, score }));
  });
  return { seconds: context.seconds, events: events.sort((a, b) => a.start - b.start || a.end - b.end) };
}

/** For files: where several senses were found, a label says its event's. */
export function eventsOfResult({ events }: EventsResult): readonly ScoredEvent[] {
  const isOneSense = new Set(events.map(({ sense }) => sense)).size <= 1;
  return events.map(({ start, end, label, sense, score }) => ({
    ...{ start, end, score },
    label: isOneSense ? label : `${label} (${senseTitles[sense]})`,
  }));
}

/** A result in a line, and its events. */
export function eventsSummary({ seconds, events }: EventsResult): { headline: string; shown: readonly Shown[] } {
  const count = `${events.length} ${events.length === 1 ? 'event' : 'events'} in ${clock(seconds)}`;
  if (events.length === 0) return { headline: count, shown: [] };
  const rows = events.map(({ start, end, label, sense, score }) => [
    ...[clock(start, 1), clock(end, 1), label, senseTitles[sense]],
    score,
  ]);
  const [text, shareColumn] = ['text', 'share'] as const;
  const columns = [
    ...['start', 'end', 'event', 'is'].map((name) => ({ name, kind: text })),
    { name: 'sure', kind: shareColumn },
  ];
  return { headline: count, shown: [{ kind: 'table', columns, rows }] };
}

/** Tracks of the events that a clip is annotated with in its first `seconds`. */
export function trueTracks(annotations: readonly Annotation[], seconds: number): Track[] {
  return annotationsOf({ annotations }, 'events').map(({ events, sense }) => ({
    ...{ name: sense ? `true, ${senseTitles[sense]}` : 'true', isTrue: true },
    events: events
      .filter(({ start }) => start < seconds)
      .map((event) => ({ ...event, end: Math.min(event.end, seconds), score: 1 })),
  }));
}

/** Tracks of what was found, one for each sense, below those of what is true where that is known. */
export function eventsTimeline(title: string, { seconds, events }: EventsResult, truths: readonly Track[] = []): Shown {
  const found = senses.flatMap((sense): Track[] => {
    const own = events.filter((event) => event.sense === sense);
    return own.length > 0 ? [{ name: senseTitles[sense], events: own }] : [];
  });
  return { kind: 'timeline', title, duration: seconds, tracks: [...truths, ...found] };
}
