// What every look is given. Looks draw in their own frame: x to the right, y downwards, the floor at y = 0,
// nominally one unit high (y from -1 to 0) and one wide (x from -0.5 to 0.5).
import type { Colour } from '../draw/shape.ts';

/** How one object is painted, whatever it is: drawn per clip, never by class. */
export type Style = {
  readonly colour: Colour;
  readonly accent: Colour;
  /** Where the light comes from: -1 left, 1 right. */
  readonly light: -1 | 1;
  /** 0 to 1: chooses details, such as the clock's time. */
  readonly detail: number;
};

export const white: Colour = [250, 248, 242];
export const dark: Colour = [38, 34, 36];
export const steel: Colour = [168, 172, 178];
export const wood: Colour = [150, 100, 58];
