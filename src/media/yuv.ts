// RGB to the planes that video codecs keep.
import type { Picture } from '../signal/picture.ts';

/**
 * ITU-R BT.601 in its limited range (luma 16-235), which is what VP8 means, colour at half the size each way:
 * all luma, then all U, then all V, width x height x 1.5 bytes. Width and height are even.
 */
export function toYuv420({ width, height, data }: Picture): Uint8Array {
  const area = width * height;
  const planes = new Uint8Array(area * 1.5);
  for (let pixel = 0; pixel < area; pixel++) {
    const red = data[3 * pixel]!;
    const green = data[3 * pixel + 1]!;
    const blue = data[3 * pixel + 2]!;
    planes[pixel] = 16.5 + (65.738 * red + 129.057 * green + 25.064 * blue) / 256;
  }
  const halfWidth = width / 2;
  for (let y = 0; y < height / 2; y++) {
    for (let x = 0; x < halfWidth; x++) {
      const first = 3 * (2 * y * width + 2 * x);
      const below = first + 3 * width;
      const mean = (channel: number) =>
        (data[first + channel]! + data[first + 3 + channel]! + data[below + channel]! + data[below + 3 + channel]!) / 4;
      const red = mean(0);
      const green = mean(1);
      const blue = mean(2);
      const at = area + y * halfWidth + x;
      planes[at] = 128.5 + (-37.945 * red - 74.494 * green + 112.439 * blue) / 256;
      planes[at + area / 4] = 128.5 + (112.439 * red - 94.154 * green - 18.285 * blue) / 256;
    }
  }
  return planes;
}
