// Cutting a rectangle out of a picture.
import type { Box } from './box.ts';
import type { Picture } from './picture.ts';

/** The part of the picture inside the box, in pixels, which must lie wholly in the picture and hold at least one pixel. */
export function crop(picture: Picture, box: Box): Picture {
  const { x, y, width, height } = box;
  const inside =
    x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= picture.width && y + height <= picture.height;
  if (!inside || ![x, y, width, height].every(Number.isInteger)) {
    throw new RangeError(
      `The box of ${width} x ${height} at (${x}, ${y}) is not inside the picture of ${picture.width} x ${picture.height}.`,
    );
  }
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * picture.width + x) * 3;
    data.set(picture.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, data };
}
