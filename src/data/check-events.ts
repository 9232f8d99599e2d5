// What is wrong, or likely to be, with the annotated events of a data set.
import type { ClipEvents, TimedEvent } from '../files/events/events.ts';
import { byCodeUnits, groupBy } from './dataset.ts';

/** An event and the clip that it is annotated in. */
export type EventFinding = TimedEvent & { readonly clip: string };

export type EventCheck = {
  readonly events: number;
  /** Events that end before they start, or have no length. */
  readonly reversed: readonly EventFinding[];
  /** Events that begin before their clip or after its end, or end after it. */
  readonly outside: readonly EventFinding[];
  /** Events that begin before another of their class has ended in the clip. */
  readonly overlapping: readonly EventFinding[];
  /** Classes with few events, fewest first. */
  readonly scarce: readonly { readonly label: string; readonly events: number }[];
  /** Events shorter than a model of these steps can tell from their neighbours. */
  readonly tooShort: readonly EventFinding[];
};

export type EventLimits = {
  /** A class with fewer events is scarce. */
  readonly fewestEvents: number;
  /** Shortest length that can be located, in seconds. */
  readonly shortest: number;
};

/** How far an annotation may pass the end of its clip, in seconds: durations are rounded. */
const durationTolerance = 0.1;

/**
 * Durations may be unknown; an event is then not found to be outside.
 * @param clips with their events; one that is annotated for several senses is there for each of them.
 */
export function checkEvents(clips: readonly ClipEvents[], { fewestEvents, shortest }: EventLimits): EventCheck {
  const all = clips.flatMap(({ clip, duration, events }, list) =>
    events.map((event) => ({ ...event, clip, duration, list })),
  );
  const finding = ({ clip, start, end, label }: EventFinding): EventFinding => ({ clip, start, end, label });
  const proper = all.filter(({ start, end }) => end > start);
  const ofClassAndList = groupBy(proper, ({ list, label }) => JSON.stringify([list, label]));
  return {
    events: all.length,
    reversed: all.filter(({ start, end }) => end <= start).map(finding),
    outside: all
      .filter(({ start, end, duration }) => {
        const last = (duration ?? Number.POSITIVE_INFINITY) + durationTolerance;
        return Math.min(start, end) < -durationTolerance || Math.max(start, end) > last;
      })
      .map(finding),
    overlapping: [...ofClassAndList.values()].flatMap((events) => {
      let latest = Number.NEGATIVE_INFINITY;
      return events
        .toSorted((a, b) => a.start - b.start)
        .filter(({ start, end }) => {
          const overlaps = start < latest;
          latest = Math.max(latest, end);
          return overlaps;
        })
        .map(finding);
    }),
    scarce: [...groupBy(proper, ({ label }) => label)]
      .map(([label, events]) => ({ label, events: events.length }))
      .filter(({ events }) => events < fewestEvents)
      .sort((a, b) => a.events - b.events || byCodeUnits(a.label, b.label)),
    tooShort: proper.filter(({ start, end }) => end - start < shortest).map(finding),
  };
}
