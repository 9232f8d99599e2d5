// Small grey pictures: what is left of a frame where only its changes matter.
import type { Picture } from './picture.ts';

/**
 * The centre square of a picture as size x size grey values, row by row: each the mean luma (ITU-R BT.601) of the
 * pixels under it, rounded. A picture smaller than that repeats pixels.
 */
export function greyThumbnail({ width, height, data }: Picture, size: number): Uint8Array {
  const side = Math.min(width, height);
  const columns = spans((width - side) >> 1, side, size);
  const rows = spans((height - side) >> 1, side, size);
  const result = new Uint8Array(size * size);
  for (const [row, [top, bottom]] of rows.entries())
    for (const [column, [left, right]] of columns.entries()) {
      let [red, green, blue] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        const end = (y * width + right) * 3;
        for (let i = (y * width + left) * 3; i < end; i += 3) {
          red += data[i]!;
          green += data[i + 1]!;
          blue += data[i + 2]!;
        }
      }
      const pixels = (bottom - top) * (right - left);
      result[row * size + column] = Math.round((0.299 * red + 0.587 * green + 0.114 * blue) / pixels);
    }
  return result;
}

/** Cuts `length` pixels from `start` on into `parts` spans as equal as whole pixels allow, each of at least one. */
function spans(start: number, length: number, parts: number): (readonly [number, number])[] {
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((part * length) / parts);
    return [start + from, start + Math.max(from + 1, Math.floor(((part + 1) * length) / parts))] as const;
  });
}
