// A look at a moment of what happens, or at rest.
import type { LookName } from '../classes.ts';
import type { Shape } from '../draw/shape.ts';
import { moved } from '../draw/shape.ts';
import type { Motion, MotionOf } from '../motion.ts';
import { ballRadius, drawBall } from './ball.ts';
import { drawBird } from './bird.ts';
import { drawBowl } from './bowl.ts';
import { drawClock } from './clock.ts';
import { drawJug } from './jug.ts';
import { drawKettle } from './kettle.ts';
import type { Style } from './look.ts';
import { drawMetronome } from './metronome.ts';

/** How far a rolling ball goes to either side, in units of its size. */
const rollReach = 0.3;

/** A silent object, as it stands about. */
export function drawAtRest(look: LookName, style: Style): Shape[] {
  switch (look) {
    case 'bowl':
      return drawBowl(style, style.detail);
    case 'clock':
      return drawClock(style, 0);
    case 'metronome':
      return drawMetronome(style, 0);
    case 'bird':
      return drawBird(style, 0);
    case 'kettle':
      return drawKettle(style, 0, 0);
    case 'ball':
      return drawBall(style, 0);
    case 'jug':
      return drawJug(style, 0, 0.8 * style.detail, 0);
  }
}

/** The sounding object at a time in seconds. */
export function drawInMotion(look: LookName, style: Style, motion: Motion, time: number): Shape[] {
  switch (motion.kind) {
    case 'strikes':
      return drawBowl(style, liftAt(motion, time));
    case 'swing': {
      const swing = Math.cos((Math.PI * (time - motion.first)) / motion.halfPeriod);
      return look === 'clock' ? drawClock(style, swing) : drawMetronome(style, swing);
    }
    case 'calls': {
      const level = callAt(motion, time);
      return look === 'bird' ? drawBird(style, level) : drawKettle(style, level, 0.9 * time);
    }
    case 'bounces':
      return raised(drawBall(style, 0.15 * time), 0, heightAt(motion, time));
    case 'roll': {
      const place = standingAt(motion, time);
      return raised(drawBall(style, place / (2 * Math.PI * ballRadius)), place, 0);
    }
    case 'pour': {
      const start = motion.events[0]!.time;
      const done = Math.max(0, Math.min(1, (time - start) / (motion.end - start)));
      const tilt = Math.max(0, Math.min(1, 1 + 3 * (time - start), 1 + 3 * (motion.end + 0.15 - time)));
      return drawJug(
        style,
        tilt,
        motion.from + (motion.to - motion.from) * done,
        time >= start && time < motion.end ? 1 : 0,
      );
    }
  }
}

/** How far to the right of its place the sounding object stands, in units of its size. */
export function standingAt(motion: Motion, time: number): number {
  return motion.kind === 'roll' ? rollReach * placeAt(motion, time) : 0;
}

function raised(shapes: readonly Shape[], x: number, height: number): Shape[] {
  return moved(shapes, (point) => [point[0] + x, point[1] - height]);
}

/** Down within the last 0.2 s before a strike, up again within 0.3 s after it. */
function liftAt({ events }: MotionOf<'strikes'>, time: number): number {
  return Math.min(
    1,
    ...events
      .map((event) => (time < event.time ? (event.time - time) / 0.2 : (time - event.time) / 0.3))
      .map((part) => Math.sqrt(part)),
  );
}

/** 1 while a note sounds, with short flanks. */
function callAt({ events }: MotionOf<'calls'>, time: number): number {
  return Math.max(
    0,
    ...events.map((note) => Math.min(1, 1 + (time - note.time) / 0.05, 1 - (time - note.time - note.duration) / 0.1)),
  );
}

/** In units of the object's size: a parabola between impacts, whose height goes with the square of its length. */
function heightAt({ events, interval, restitution }: MotionOf<'bounces'>, time: number): number {
  const top = 0.62;
  const flight = (start: number, length: number) => {
    const part = (time - start) / length;
    return part < 0 || part > 1 ? 0 : top * (length / (interval / restitution)) ** 2 * 4 * part * (1 - part);
  };
  const first = events[0]!.time;
  if (time < first) return flight(first - interval / restitution, interval / restitution);
  return Math.max(...events.map((event, index) => flight(event.time, interval * restitution ** index)));
}

/** -1 to 1: each push slows down evenly from its start. */
function placeAt({ events }: MotionOf<'roll'>, time: number): number {
  const push = events.findLast((event) => event.time <= time);
  if (!push) return events[0]!.from;
  const left = 1 - Math.min(1, (time - push.time) / push.duration);
  return push.from + (push.to - push.from) * (1 - left * left);
}
