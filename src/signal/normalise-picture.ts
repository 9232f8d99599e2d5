// From bytes to the numbers a network takes.
import type { Picture } from './picture.ts';

/** One number for each of red, green and blue. */
export type Colour = readonly [number, number, number];

/**
 * (byte / 255 - mean) / deviation for each colour; mean and deviation are on the 0 ... 1 scale.
 * Returns [3, height, width]: all of red, then all of green, then all of blue.
 */
export function normalisePicture(picture: Picture, mean: Colour, deviation: Colour): Float32Array {
  const { data } = picture;
  const area = picture.width * picture.height;
  const planes = new Float32Array(3 * area);
  for (let colour = 0; colour < 3; colour++) {
    const values = Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - mean[colour]!) / deviation[colour]!);
    const plane = planes.subarray(colour * area, (colour + 1) * area);
    for (let pixel = 0, byte = colour; pixel < area; pixel++, byte += 3) plane[pixel] = values[data[byte]!]!;
  }
  return planes;
}
