// The still part of a scene: wall, table, textures.
import { createRandom } from '../random.ts';
import { type Canvas, createCanvas } from './draw/canvas.ts';
import { shade } from './draw/colour.ts';
import { type Backdrop, frameSide, margin } from './scene.ts';

/** The frame with its margin. */
export function drawBackdropCanvas(backdrop: Backdrop): Canvas {
  const canvas = createCanvas(frameSide + 2 * margin, frameSide + 2 * margin);
  const noise = createNoise(backdrop.seed);
  const { wall, table, horizon } = backdrop;
  for (let row = 0; row < canvas.height; row++) {
    const y = (row - margin) / frameSide;
    for (let column = 0; column < canvas.width; column++) {
      const x = (column - margin) / frameSide;
      const depth = (y - horizon) / (1 - horizon);
      // The table darkens towards its far edge, the wall towards the table.
      const amount =
        depth > 0
          ? -0.3 + 0.35 * depth + 0.25 * backdrop.grain * (noise(3 * x + 40, 26 * y) - 0.5) + (depth < 0.02 ? -0.25 : 0)
          : 0.12 -
            (0.3 * y) / horizon +
            backdrop.contrast * patternAt(backdrop, noise, x, y) +
            0.06 * (noise(5 * x, 5 * y) - 0.5);
      const colour = shade(depth > 0 ? table : wall, Math.max(-1, Math.min(1, amount)));
      canvas.data.set(colour, 3 * (row * canvas.width + column));
    }
  }
  return canvas;
}

/** -1 to 1. */
function patternAt(
  { pattern, cells }: Backdrop,
  noise: (x: number, y: number) => number,
  x: number,
  y: number,
): number {
  const soft = (value: number) => Math.tanh(4 * value);
  const waveX = Math.sin(Math.PI * cells * x);
  const waveY = Math.sin(Math.PI * cells * y);
  switch (pattern) {
    case 'plain':
      return 0;
    case 'stripes':
      return soft(waveX);
    case 'checks':
      return soft(waveX * waveY);
    case 'dots':
      return soft(waveX * waveX * waveY * waveY - 0.5);
    case 'panels':
      return Math.abs(waveX) < 0.12 || Math.abs(waveY) < 0.12 ? -1 : 0.3;
    case 'clouds':
      return 2 * noise((cells * x) / 2 + 7, (cells * y) / 2 + 7) + noise(cells * x, cells * y) - 1.5;
  }
}

/** Value noise: smooth between random numbers on a lattice, 0 to 1. */
function createNoise(seed: number): (x: number, y: number) => number {
  const random = createRandom(seed, 'lattice');
  const lattice = Float32Array.from({ length: 64 * 64 }, () => random.uniform());
  const at = (x: number, y: number) => lattice[(y & 63) * 64 + (x & 63)]!;
  const smooth = (part: number) => part * part * (3 - 2 * part);
  return (x, y) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const across = smooth(x - left);
    const down = smooth(y - top);
    const upper = at(left, top) + (at(left + 1, top) - at(left, top)) * across;
    const lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * across;
    return upper + (lower - upper) * down;
  };
}
