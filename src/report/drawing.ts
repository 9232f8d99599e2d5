// Boxes and markers on pictures. Each function returns a new picture.
import type { Box } from '../signal/box.ts';
import type { Picture } from '../signal/picture.ts';
import type { Colour } from './colour-map.ts';

export const truthColour: Colour = [64, 224, 128];
export const peakColour: Colour = [255, 255, 255];

/**
 * The outline of `box` in pixels, `thickness` pixels wide and with a dark rim so that it shows on any ground; parts outside are
 * left out.
 */
export function drawBox(picture: Picture, box: Box, colour: Colour = truthColour, thickness = 2): Picture {
  const outside = distanceToBox(box);
  return paint(picture, (x, y) => strokeColour(Math.abs(outside(x, y)), colour, thickness));
}

/** A ring of the given radius around a point, with the same dark rim. */
export function drawRing(
  picture: Picture,
  centre: { readonly x: number; readonly y: number },
  colour: Colour = peakColour,
  radius = 7,
  thickness = 2,
): Picture {
  return paint(picture, (x, y) =>
    strokeColour(Math.abs(Math.hypot(x - centre.x, y - centre.y) - radius), colour, thickness),
  );
}

function strokeColour(distance: number, colour: Colour, thickness: number): Colour | undefined {
  if (distance <= thickness / 2) return colour;
  return distance <= thickness / 2 + 1 ? [16, 16, 16] : undefined;
}

/** Signed distance to the box's edge in the greatest-coordinate sense: negative inside. */
function distanceToBox(box: Box): (x: number, y: number) => number {
  return (x, y) => Math.max(box.x - x, x - (box.x + box.width), box.y - y, y - (box.y + box.height));
}

function paint(picture: Picture, colourAt: (x: number, y: number) => Colour | undefined): Picture {
  const data = picture.data.slice();
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const colour = colourAt(x + 0.5, y + 0.5);
      if (colour !== undefined) data.set(colour, 3 * (y * picture.width + x));
    }
  }
  return { width: picture.width, height: picture.height, data };
}
