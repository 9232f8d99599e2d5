// What a cheap camera makes of a drawn scene: shaken, exposed, darker in the corners, noisy.
import { createRandom } from '../random.ts';
import type { Picture } from '../signal/picture.ts';
import type { Canvas } from './draw/canvas.ts';
import type { Point } from './draw/shape.ts';
import { frameSide, margin, type Scene } from './scene.ts';

/** Photographs canvases one after the other, each moved by its shake in pixels (less than the margin). */
export function createCamera({ camera, backdrop }: Scene): (canvas: Canvas, shake: Point) => Picture {
  const random = createRandom(backdrop.seed, 'grain');
  // Per frame, another cut of one strip of noise.
  const strip = Float32Array.from({ length: 8192 }, () => camera.noise * random.normal());
  const light = Float32Array.from({ length: frameSide * frameSide }, (_, pixel) => {
    const x = (pixel % frameSide) / frameSide - 0.5;
    const y = Math.floor(pixel / frameSide) / frameSide - 0.5;
    return 1 - 2 * camera.vignette * (x * x + y * y);
  });
  return (canvas, [shakeX, shakeY]) => {
    const start = random.integer(strip.length);
    const stride = 1 + 2 * random.integer(512);
    const left = Math.floor(margin + shakeX);
    const top = Math.floor(margin + shakeY);
    const right = margin + shakeX - left;
    const down = margin + shakeY - top;
    // Clamped arrays round and clip what they are given.
    const bytes = new Uint8ClampedArray(frameSide * frameSide * 3);
    const { data } = canvas;
    for (let y = 0; y < frameSide; y++) {
      let upper = 3 * ((top + y) * canvas.width + left);
      for (let x = 0; x < frameSide; x++) {
        const pixel = y * frameSide + x;
        const noise = strip[(start + pixel * stride) & 8191]!;
        for (let channel = 0; channel < 3; channel++, upper++) {
          const lower = upper + 3 * canvas.width;
          const above = data[upper]! + (data[upper + 3]! - data[upper]!) * right;
          const below = data[lower]! + (data[lower + 3]! - data[lower]!) * right;
          bytes[3 * pixel + channel] =
            (above + (below - above) * down) * light[pixel]! * camera.gains[channel]! + noise;
        }
      }
    }
    return { width: frameSide, height: frameSide, data: new Uint8Array(bytes.buffer) };
  };
}
