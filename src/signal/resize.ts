// Resizing of 8-bit pictures, equal to Pillow's byte for byte.
import type { Picture } from './picture.ts';
import { type ResizeFilter, resizeWeights } from './resize-weights.ts';

// Pillow keeps weights as 22-bit fractions: 8 bits of pixel and two of headroom fill 32.
const FRACTION_BITS = 22;
const HALF = 1 << (FRACTION_BITS - 1);

type FixedWeights = {
  readonly stride: number;
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Int32Array;
};

/**
 * The picture at another size, equal byte for byte to Pillow 9.4's `Image.resize` of an RGB image: rows first, then
 * columns, in fixed-point arithmetic, rounded to bytes after each. Returns the picture itself when it has that size
 * already.
 * `width` and `height` are whole numbers from 1 on.
 */
export function resize(picture: Picture, width: number, height: number, filter: ResizeFilter): Picture {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`A picture's size must be whole numbers from 1 on, not ${width} x ${height}.`);
  }
  const rowsDone = picture.width === width ? picture : resizeRows(picture, width, filter);
  return rowsDone.height === height ? rowsDone : resizeColumns(rowsDone, height, filter);
}

function resizeRows(picture: Picture, width: number, filter: ResizeFilter): Picture {
  const { stride, starts, counts, weights } = fixedWeights(picture.width, width, filter);
  const source = picture.data;
  const data = new Uint8Array(picture.height * width * 3);
  const clamped = new Uint8ClampedArray(data.buffer);
  let target = 0;
  for (let y = 0; y < picture.height; y++) {
    const row = y * picture.width * 3;
    for (let x = 0; x < width; x++) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let pixel = row + starts[x]! * 3;
      const first = x * stride;
      const end = first + counts[x]!;
      for (let tap = first; tap < end; tap++, pixel += 3) {
        const weight = weights[tap]!;
        red = (red + Math.imul(source[pixel]!, weight)) | 0;
        green = (green + Math.imul(source[pixel + 1]!, weight)) | 0;
        blue = (blue + Math.imul(source[pixel + 2]!, weight)) | 0;
      }
      clamped[target++] = red >> FRACTION_BITS;
      clamped[target++] = green >> FRACTION_BITS;
      clamped[target++] = blue >> FRACTION_BITS;
    }
  }
  return { width, height: picture.height, data };
}

function resizeColumns(picture: Picture, height: number, filter: ResizeFilter): Picture {
  const { stride, starts, counts, weights } = fixedWeights(picture.height, height, filter);
  const source = picture.data;
  const rowBytes = picture.width * 3;
  const data = new Uint8Array(height * rowBytes);
  const clamped = new Uint8ClampedArray(data.buffer);
  // A row of sums at a time, so that memory is read in its order.
  const sums = new Int32Array(rowBytes);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let tap = 0; tap < counts[y]!; tap++) {
      const weight = weights[y * stride + tap]!;
      const row = (starts[y]! + tap) * rowBytes;
      for (let i = 0; i < rowBytes; i++) sums[i] = (sums[i]! + Math.imul(source[row + i]!, weight)) | 0;
    }
    const target = y * rowBytes;
    for (let i = 0; i < rowBytes; i++) clamped[target + i] = sums[i]! >> FRACTION_BITS;
  }
  return { width: picture.width, height, data };
}

// Frames of one video share their sizes; random crops do not, so there is a bound.
const MOST_REMEMBERED = 64;
const remembered = new Map<string, FixedWeights>();

function fixedWeights(from: number, to: number, filter: ResizeFilter): FixedWeights {
  const key = `${filter} ${from} ${to}`;
  const known = remembered.get(key);
  if (known) return known;
  const { weights, ...rest } = resizeWeights(from, to, filter);
  const fixed = Int32Array.from(weights, (weight) =>
    Math.trunc(weight * 2 ** FRACTION_BITS + (weight < 0 ? -0.5 : 0.5)),
  );
  const made = { ...rest, weights: fixed };
  const oldest = remembered.keys().next();
  if (remembered.size >= MOST_REMEMBERED && !oldest.done) remembered.delete(oldest.value);
  remembered.set(key, made);
  return made;
}
