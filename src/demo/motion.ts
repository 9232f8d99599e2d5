// What happens in a clip, as times and strengths: picture and sound are both made from this, so they cannot disagree.
import type { Random } from '../random.ts';
import type { DemoClass } from './classes.ts';

export const clipSeconds = 5;
export const framesPerSecond = 10;

export type Event = {
  /** Seconds. */
  readonly time: number;
  /** 0 to 1. */
  readonly strength: number;
};

/** A called or whistled note: its pitch glides between two factors of the caller's own pitch. */
export type Note = Event & { readonly duration: number; readonly from: number; readonly to: number };

/** One push of a rolling ball: it starts at once and slows down evenly until it rests. */
export type Push = Event & { readonly duration: number; readonly from: number; readonly to: number };

export type Motion =
  | { readonly kind: 'strikes'; readonly events: readonly Event[] }
  /** The extremes of a swing are at `first` + n x `halfPeriod`; the events are those that sound. */
  | { readonly kind: 'swing'; readonly halfPeriod: number; readonly first: number; readonly events: readonly Event[] }
  | { readonly kind: 'calls'; readonly events: readonly Note[] }
  /** Impacts n = 0, 1, ... follow each other after `interval` x `restitution` to the n-th. */
  | {
      readonly kind: 'bounces';
      readonly interval: number;
      readonly restitution: number;
      readonly events: readonly Event[];
    }
  | { readonly kind: 'roll'; readonly events: readonly Push[] }
  | {
      readonly kind: 'pour';
      readonly end: number;
      readonly from: number;
      readonly to: number;
      readonly events: readonly Event[];
    };

export type MotionOf<Kind extends Motion['kind']> = Extract<Motion, { readonly kind: Kind }>;

/** Draws what happens. Classes that share a look's movement or a sound share the draw. */
export function drawMotion({ look, sound }: DemoClass, random: Random): Motion {
  if (look === 'bowl') return drawStrikes(random);
  if (look === 'clock' || look === 'metronome') return drawSwing(random, sound === 'chime' ? 2 : 1);
  if (look === 'bird' || look === 'kettle') return drawCalls(random);
  if (look === 'jug') return drawPour(random);
  return sound === 'thud' ? drawBounces(random) : drawRoll(random);
}

const between = (random: Random, low: number, high: number) => low + (high - low) * random.uniform();

/** On the frames' own grid, so that a frame shows each moment exactly. */
const onFrame = (time: number) => Math.round(time * framesPerSecond) / framesPerSecond;

function drawStrikes(random: Random): Motion {
  const events: Event[] = [];
  const pace = between(random, 0.6, 1.1);
  for (let time = between(random, 0.2, 0.6); time < clipSeconds - 0.25; time += pace * between(random, 0.85, 1.15)) {
    events.push({ time: onFrame(time), strength: between(random, 0.6, 1) });
  }
  return { kind: 'strikes', events };
}

function drawSwing(random: Random, every: number): Motion {
  const halfPeriod = (3 + random.integer(4)) / framesPerSecond;
  const first = (1 + random.integer(Math.round(halfPeriod * framesPerSecond))) / framesPerSecond;
  const count = Math.floor((clipSeconds - 0.15 - first) / halfPeriod) + 1;
  const events = Array.from({ length: count }, (_, index) => ({
    time: onFrame(first + index * halfPeriod),
    strength: 1,
  }));
  return { kind: 'swing', halfPeriod, first, events: events.filter((_, index) => index % every === 0) };
}

function drawCalls(random: Random): Motion {
  const events: Note[] = [];
  let time = between(random, 0.1, 0.5);
  while (time < clipSeconds - 0.5) {
    const duration = between(random, 0.25, 0.65);
    const from = between(random, 0.75, 1.25);
    events.push({
      time: onFrame(time),
      strength: between(random, 0.7, 1),
      duration,
      from,
      to: from * between(random, 0.75, 1.35),
    });
    time = onFrame(time) + duration + between(random, 0.15, 0.5);
  }
  return { kind: 'calls', events };
}

function drawBounces(random: Random): Motion {
  const interval = between(random, 0.75, 1);
  const restitution = between(random, 0.8, 0.87);
  const events: Event[] = [];
  let time = between(random, 0.2, 0.6);
  for (let count = 0; time < clipSeconds - 0.1; count++) {
    const gap = interval * restitution ** count;
    if (gap < 0.08) break;
    events.push({ time, strength: restitution ** count });
    time += gap;
  }
  return { kind: 'bounces', interval, restitution, events };
}

function drawRoll(random: Random): Motion {
  const events: Push[] = [];
  let place = random.uniform() < 0.5 ? -1 : 1;
  for (let time = between(random, 0.2, 0.6); time < clipSeconds - 1; ) {
    const duration = Math.min(between(random, 1.3, 2), clipSeconds - 0.1 - time);
    const to = -place * between(random, 0.7, 1);
    events.push({ time: onFrame(time), strength: between(random, 0.8, 1), duration, from: place, to });
    place = to;
    time = onFrame(time) + duration + between(random, 0.2, 0.4);
  }
  return { kind: 'roll', events };
}

function drawPour(random: Random): Motion {
  const from = between(random, 0, 0.15);
  return {
    kind: 'pour',
    events: [{ time: onFrame(between(random, 0.2, 0.8)), strength: 1 }],
    end: between(random, 4.3, 4.8),
    from,
    to: between(random, 0.75, 1),
  };
}
