// Where a clip plays: everything that is seen or heard and says nothing about the class.
// No function here gets the class, so nothing of it can leak into the surroundings.
import type { Random } from '../random.ts';
import { brightness, fromHue } from './draw/colour.ts';
import type { Colour } from './draw/shape.ts';
import type { Style } from './looks/look.ts';

/** Pixels of a frame, both ways. */
export const frameSide = 160;

/** Pixels drawn around the frame, for the camera to shake into. */
export const margin = 4;

/** Where an object stands, in fractions of the frame's side. */
export type Place = {
  /** Middle and floor of the object. */
  readonly x: number;
  readonly y: number;
  /** Its height. */
  readonly size: number;
  readonly mirrored: boolean;
  readonly style: Style;
};

export type Backdrop = {
  readonly wall: Colour;
  readonly table: Colour;
  readonly pattern: 'plain' | 'stripes' | 'checks' | 'dots' | 'panels' | 'clouds';
  /** Of the pattern: contrast 0 to 1, and cells across the frame. */
  readonly contrast: number;
  readonly cells: number;
  /** Height of the table's far edge, as a fraction from the top. */
  readonly horizon: number;
  /** 0 to 1, of the table's grain. */
  readonly grain: number;
  /** Chooses the textures' random numbers. */
  readonly seed: number;
};

export type Camera = {
  /** Of the shake, in pixels; and its two frequencies in hertz. */
  readonly shake: number;
  readonly frequencies: readonly [number, number];
  /** Factors per channel: exposure times the light's colour. */
  readonly gains: Colour;
  /** Of the sensor's noise, in steps of 0 to 255. */
  readonly noise: number;
  /** 0 to 1: how much darker the corners are. */
  readonly vignette: number;
};

export type Room = {
  /** 0 to 1 of the reverberation, and its decay in seconds. */
  readonly wet: number;
  readonly decay: number;
  /** Root mean square of the background noise. */
  readonly noise: number;
  /** 0 (white) to 1 (dull): how far high frequencies are missing from it. */
  readonly dullness: number;
  /** Of the mains hum. */
  readonly hum: number;
};

export type Scene = {
  readonly main: Place;
  readonly distractor: Place;
  readonly backdrop: Backdrop;
  readonly camera: Camera;
  readonly room: Room;
};

export function drawScene(random: Random): Scene {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const backdrop = drawBackdrop(random);
  const light = random.uniform() < 0.5 ? -1 : 1;
  const side = random.uniform() < 0.5 ? -1 : 1;
  // Both from the same ranges: neither place nor size says which of the two sounds, and the middle of the frame is a
  // poor guess.
  const place = (onSide: number): Place => ({
    x: 0.5 + onSide * between(0.22, 0.3),
    y: between(backdrop.horizon + 0.14, 0.97),
    size: between(0.44, 0.54),
    mirrored: random.uniform() < 0.5,
    style: drawStyle(random, backdrop, light),
  });
  const main = place(side);
  const distractor = place(-side);
  const exposure = between(0.85, 1.12);
  const warmth = between(-0.07, 0.07);
  return {
    main,
    distractor,
    backdrop,
    camera: {
      shake: between(0, 1.4),
      frequencies: [between(0.4, 1.2), between(0.4, 1.2)],
      gains: [exposure * (1 + warmth), exposure, exposure * (1 - warmth)],
      noise: between(0.5, 2.5),
      vignette: between(0, 0.35),
    },
    room: {
      wet: between(0, 0.22),
      decay: between(0.2, 0.7),
      noise: 10 ** between(-2.9, -2.1),
      dullness: between(0.4, 0.95),
      hum: random.uniform() < 0.3 ? between(0.001, 0.004) : 0,
    },
  };
}

function drawBackdrop(random: Random): Backdrop {
  const patterns: readonly Backdrop['pattern'][] = ['plain', 'stripes', 'checks', 'dots', 'panels', 'clouds'];
  return {
    wall: fromHue(random.uniform(), 0.05 + 0.2 * random.uniform(), 0.35 + 0.5 * random.uniform()),
    table: fromHue(random.uniform(), 0.05 + 0.25 * random.uniform(), 0.3 + 0.4 * random.uniform()),
    pattern: patterns[random.integer(patterns.length)]!,
    contrast: 0.04 + 0.1 * random.uniform(),
    cells: 3 + random.integer(7),
    horizon: 0.36 + 0.22 * random.uniform(),
    grain: random.uniform(),
    seed: random.integer(2 ** 30),
  };
}

/** Any hue, but not as bright as what is behind it. */
function drawStyle(random: Random, { wall, table }: Backdrop, light: -1 | 1): Style {
  let colour: Colour;
  do {
    colour = fromHue(random.uniform(), 0.35 + 0.55 * random.uniform(), 0.22 + 0.5 * random.uniform());
  } while (
    Math.abs(brightness(colour) - brightness(wall)) < 0.13 &&
    Math.abs(brightness(colour) - brightness(table)) < 0.13
  );
  return {
    colour,
    accent: fromHue(random.uniform(), 0.5 + 0.4 * random.uniform(), 0.4 + 0.35 * random.uniform()),
    light,
    detail: random.uniform(),
  };
}
