// Cutting a rectangle out of a picture.
import type { Picture } from './picture.ts';

/** A rectangle in pixels, from the picture's top left corner. */
export type Box = {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
};

/** The part of the picture inside the box, which must lie wholly in the picture and hold at least one pixel. */
export function crop(picture: Picture, box: Box): Picture {
  const { left, top, width, height } = box;
  const inside =
    left >= 0 && top >= 0 && width > 0 && height > 0 && left + width <= picture.width && top + height <= picture.height;
  if (!inside || ![left, top, width, height].every(Number.isInteger)) {
    throw new RangeError(
      `The box of ${width} x ${height} at (${left}, ${top}) is not inside the picture of ${picture.width} x ${picture.height}.`,
    );
  }
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * picture.width + left) * 3;
    data.set(picture.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, data };
}
