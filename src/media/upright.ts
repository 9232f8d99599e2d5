// Turning and mirroring pictures.
import type { Picture } from '../signal/picture.ts';

export type Turn = 0 | 90 | 180 | 270;

/** The picture turned clockwise by `turn` degrees, then mirrored left to right if `mirror` is set. */
export function upright(picture: Picture, turn: Turn, mirror: boolean): Picture {
  if (turn === 0 && !mirror) return picture;
  const { width, height, data } = picture;
  const across = turn === 90 || turn === 270;
  const outWidth = across ? height : width;
  const outHeight = across ? width : height;
  const out = new Uint8Array(data.length);
  let target = 0;
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const turnedX = mirror ? outWidth - 1 - x : x;
      let sourceX = turnedX;
      let sourceY = y;
      if (turn === 90) [sourceX, sourceY] = [y, height - 1 - turnedX];
      else if (turn === 180) [sourceX, sourceY] = [width - 1 - turnedX, height - 1 - y];
      else if (turn === 270) [sourceX, sourceY] = [width - 1 - y, turnedX];
      const source = (sourceY * width + sourceX) * 3;
      out[target++] = data[source]!;
      out[target++] = data[source + 1]!;
      out[target++] = data[source + 2]!;
    }
  }
  return { width: outWidth, height: outHeight, data: out };
}
