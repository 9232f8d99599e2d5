// Pictures as files that an image element shows.
import type { Picture } from '../../../src/signal/picture.ts';

/** With an alpha of one, as canvases want it. */
export function toImageData({ width, height, data }: Picture): ImageData {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    pixels[to] = data[from]!;
    pixels[to + 1] = data[from + 1]!;
    pixels[to + 2] = data[from + 2]!;
    pixels[to + 3] = 255;
  }
  return new ImageData(pixels, width, height);
}

/** Without alpha. */
export function fromImageData({ width, height, data }: ImageData): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
  }
  return { width, height, data: rgb };
}

export async function pictureBlob(picture: Picture, type = 'image/webp'): Promise<Blob> {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext('2d')!.putImageData(toImageData(picture), 0, 0);
  return canvas.convertToBlob({ type, quality: 0.85 });
}
