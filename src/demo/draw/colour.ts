// Colours by hue, and the shades that light makes of them.
import type { Colour } from './shape.ts';

/** Hue in turns, saturation and lightness 0 to 1. */
export function fromHue(hue: number, saturation: number, lightness: number): Colour {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const place = (offset + (((hue % 1) + 1) % 1) * 12) % 12;
    return 255 * (lightness - chroma * Math.max(-1, Math.min(place - 3, 9 - place, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}

/** Towards white for positive amounts, towards black for negative ones; -1 to 1. */
export function shade(colour: Colour, amount: number): Colour {
  const target = amount > 0 ? 255 : 0;
  const part = Math.abs(amount);
  const mixed = (value: number) => value + (target - value) * part;
  return [mixed(colour[0]), mixed(colour[1]), mixed(colour[2])];
}

/** Perceived brightness, 0 to 1 (ITU-R BT.601 weights). */
export function brightness([red, green, blue]: Colour): number {
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}
