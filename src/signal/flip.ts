// Mirror images.
import type { Picture } from './picture.ts';

/** The picture with left and right exchanged. */
export function flipHorizontally(picture: Picture): Picture {
  const { width, height, data: source } = picture;
  const data = new Uint8Array(source.length);
  for (let y = 0; y < height; y++) {
    let from = (y + 1) * width * 3 - 3;
    let to = y * width * 3;
    for (let x = 0; x < width; x++, from -= 3, to += 3) {
      data[to] = source[from]!;
      data[to + 1] = source[from + 1]!;
      data[to + 2] = source[from + 2]!;
    }
  }
  return { width, height, data };
}
