// Sine tables of positions as constants of a graph, for one axis and for two.
import { constantLike, type ElementType, type Tensor } from '../../graph/tensor.ts';
import { sinusoidalPosition } from '../../model/sinusoidal-positions.ts';

/** [length, channels] */
export function sineTable(length: number, channels: number, like: ElementType): Tensor {
  const values = Array.from({ length: length * channels }, (_, index) =>
    sinusoidalPosition(Math.floor(index / channels), index % channels, channels),
  );
  return constantLike(values, [length, channels], like);
}

/** The first half of the channels says the column, the second the row: [rows, columns, channels]. */
export function planeSineTable(rows: number, columns: number, channels: number, like: ElementType): Tensor {
  const half = 2 * Math.ceil(channels / 4);
  const values = Array.from({ length: rows * columns * channels }, (_, index) => {
    const channel = index % channels;
    const place = Math.floor(index / channels);
    return channel < half
      ? sinusoidalPosition(place % columns, channel, half)
      : sinusoidalPosition(Math.floor(place / columns), channel - half, half);
  });
  return constantLike(values, [rows, columns, channels], like);
}
