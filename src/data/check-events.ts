// What is wrong, or likely to be, with the annotated events of a data set.
import type { ClipEvents, TimedEvent } from '../files/events/events.ts';
import type { Sense } from './annotation.ts';
import { byCodeUnits, groupBy } from './dataset.ts';
import type { MissingModality } from './model-inputs.ts';

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
  /** Events shorter or longer than a model can locate. */
  readonly tooShort: readonly EventFinding[];
  readonly tooLong: readonly EventFinding[];
  /** Events that are seen in a clip without picture, or heard in one without sound. */
  readonly imperceptible: readonly EventFinding[];
};

/** The events of a clip that show in one way, and what is known of its file. */
export type CheckedClip = ClipEvents & {
  readonly sense?: Sense | undefined;
  readonly lacks?: MissingModality | undefined;
};

export type EventLimits = {
  /** A class with fewer events is scarce. */
  readonly fewestEvents: number;
  /** Lengths that can be located, in seconds. */
  readonly shortest: number;
  readonly longest: number;
};

/** How far an annotation may pass the end of its clip, in seconds: durations are rounded. */
const durationTolerance = 0.1;

/** A length of exactly the least, as a difference of two decimal times. */
const lengthTolerance = 1e-6;

const perceivedWithout: Readonly<Record<MissingModality, Sense>> = { picture: 'heard', sound: 'seen' };

/**
 * Durations may be unknown; an event is then not found to be outside.
 * @param clips with their events; one that is annotated for several senses is there for each of them.
 */
export function checkEvents(
  clips: readonly CheckedClip[],
  { fewestEvents, shortest, longest }: EventLimits,
): EventCheck {
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
    tooShort: proper.filter(({ start, end }) => end - start < shortest - lengthTolerance).map(finding),
    tooLong: proper.filter(({ start, end }) => end - start > longest + lengthTolerance).map(finding),
    imperceptible: clips
      .filter(({ sense, lacks }) => lacks && sense && sense !== perceivedWithout[lacks])
      .flatMap(({ clip, events }) => events.map((event) => finding({ ...event, clip }))),
  };
}
