// A clip as rows of features with its events, and what training makes of it: crops, other tempos, other sounds.
import type { Random } from '../../random.ts';
import type { EventKind } from './config.ts';
import type { StepEvent } from './targets.ts';

export type ClipRows = {
  readonly steps: number;
  /** [steps, width] each. */
  readonly visual: Float32Array;
  readonly audio: Float32Array;
  /** Events in steps, for each kind that is annotated. */
  readonly events: Partial<Readonly<Record<EventKind, readonly StepEvent[]>>>;
};

export type CropSettings = {
  /** Least part of a clip that is kept, 0 ... 1. */
  readonly leastKept: number;
  /** The most steps that are kept. */
  readonly maxLength: number;
  /** Least part of an event that has to lie in the crop for the event to stay. */
  readonly leastOfEvent: number;
  /** Steps on both sides of the crop that still count as in it. */
  readonly margin: number;
};

/** A crop that loses all events is drawn again, so often. */
const tries = 200;

/** A random crop that holds at least one of the events, if the clip has any and one can be found. */
export function cropAtRandom(clip: ClipRows, settings: CropSettings, random: Random): ClipRows {
  const { leastKept, maxLength } = settings;
  const least = Math.max(1, Math.round(leastKept * clip.steps));
  const steps = Math.min(maxLength, least + random.integer(clip.steps - least + 1));
  if (steps === clip.steps) return clip;
  const draw = () => cropped(clip, random.integer(clip.steps - steps + 1), steps, settings);
  let crop = draw();
  for (let attempt = 1; attempt < tries && hasEvents(clip) && !hasEvents(crop); attempt++) crop = draw();
  return crop;
}

function hasEvents({ events }: ClipRows): boolean {
  return Object.values(events).some((ofKind) => ofKind.length > 0);
}

/** Steps from `start` on. Events of which enough is left are cut to the crop and its margins. */
export function cropped(
  clip: ClipRows,
  start: number,
  steps: number,
  { leastOfEvent, margin }: Pick<CropSettings, 'leastOfEvent' | 'margin'>,
): ClipRows {
  const rows = (values: Float32Array) => {
    const width = values.length / clip.steps;
    return values.subarray(start * width, (start + steps) * width);
  };
  const kept = (event: StepEvent): StepEvent[] => {
    const [from, to] = [Math.max(event.start, start - margin), Math.min(event.end, start + steps + margin)];
    if (to - from < leastOfEvent * (event.end - event.start) || to <= from) return [];
    return [{ ...event, start: from - start, end: to - start }];
  };
  return {
    steps,
    visual: rows(clip.visual),
    audio: rows(clip.audio),
    events: eachKind(clip, (own) => own.flatMap(kept)),
  };
}

/** The clip at another tempo: rows resized linearly to `steps`. */
export function stretched(clip: ClipRows, steps: number): ClipRows {
  const factor = steps / clip.steps;
  const moved = (place: number) => (place + 0.5) * factor - 0.5;
  return {
    steps,
    visual: resizedRows(clip.visual, clip.steps, steps),
    audio: resizedRows(clip.audio, clip.steps, steps),
    events: eachKind(clip, (own) =>
      own.map((event) => ({ ...event, start: moved(event.start), end: moved(event.end) })),
    ),
  };
}

/** Rows at evenly spaced places between the given ones, the outermost kept beyond their middles. */
export function resizedRows(values: Float32Array, from: number, to: number): Float32Array {
  const width = values.length / from;
  const result = new Float32Array(to * width);
  for (let row = 0; row < to; row++) {
    const place = Math.min(Math.max(((row + 0.5) * from) / to - 0.5, 0), from - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, from - 1);
    for (let i = 0; i < width; i++) {
      const [low, high] = [values[below * width + i]!, values[above * width + i]!];
      result[row * width + i] = low + (place - below) * (high - low);
    }
  }
  return result;
}

/** Events of both that last less than this together are no coincidence; steps. */
const shortestCoincidence = 1;

/**
 * The picture of one clip with the sound of another, the sound begun somewhere in it, both cut to one length.
 * What is seen stays seen and what is heard stays heard; what is both is where one class happens to be.
 */
export function withOtherSound(picture: ClipRows, sound: ClipRows, crop: CropSettings, random: Random): ClipRows {
  const steps = Math.min(picture.steps, sound.steps);
  const part = (clip: ClipRows) => cropped(clip, random.integer(clip.steps - steps + 1), steps, crop);
  const [seen, heard] = [part(picture), part(rotated(sound, random.integer(sound.steps)))];
  const [seenEvents, heardEvents] = [seen.events.TAL ?? [], heard.events.SED ?? []];
  return {
    ...{ steps, visual: seen.visual, audio: heard.audio },
    events: { TAL: seenEvents, SED: heardEvents, AVEL: coincidences(seenEvents, heardEvents) },
  };
}

/** The clip begun at step `first`, with what was before it at the end. An event across that seam becomes two. */
export function rotated(clip: ClipRows, first: number): ClipRows {
  if (first === 0) return clip;
  const rows = (values: Float32Array) => {
    const seam = (values.length / clip.steps) * first;
    const turned = new Float32Array(values.length);
    turned.set(values.subarray(seam));
    turned.set(values.subarray(0, seam), values.length - seam);
    return turned;
  };
  const moved = (event: StepEvent): StepEvent[] => {
    const [before, behind] = [clip.steps - first, -first];
    if (event.end <= first) return [{ ...event, start: event.start + before, end: event.end + before }];
    if (event.start >= first) return [{ ...event, start: event.start + behind, end: event.end + behind }];
    return [
      { ...event, start: event.start + before, end: clip.steps },
      { ...event, start: 0, end: event.end + behind },
    ];
  };
  return {
    ...{ steps: clip.steps, visual: rows(clip.visual), audio: rows(clip.audio) },
    events: eachKind(clip, (own) => own.flatMap(moved)),
  };
}

/** Where an event that is seen and one of its class that is heard share time. */
export function coincidences(seen: readonly StepEvent[], heard: readonly StepEvent[]): StepEvent[] {
  return seen.flatMap((one) =>
    heard.flatMap((other) => {
      const [start, end] = [Math.max(one.start, other.start), Math.min(one.end, other.end)];
      return one.label === other.label && end - start >= shortestCoincidence ? [{ start, end, label: one.label }] : [];
    }),
  );
}

function eachKind(
  { events }: ClipRows,
  change: (own: readonly StepEvent[]) => readonly StepEvent[],
): ClipRows['events'] {
  return Object.fromEntries(Object.entries(events).map(([kind, own]) => [kind, change(own)]));
}
