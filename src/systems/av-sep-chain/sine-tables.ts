// Sine tables that tell positions (Vaswani et al. 2017, section 3.5), for one axis and for two.
import { constantLike, type ElementType, type Tensor } from '../../graph/tensor.ts';

/** sin(position / 10000^(2i/period)) in channel 2i, its cosine in channel 2i + 1. */
function sine(position: number, channel: number, period: number): number {
  const angle = position / 10_000 ** ((channel - (channel % 2)) / period);
  return channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
}

/** [length, channels] */
export function sineTable(length: number, channels: number, like: ElementType): Tensor {
  const values = Array.from({ length: length * channels }, (_, index) =>
    sine(Math.floor(index / channels), index % channels, channels),
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
      ? sine(place % columns, channel, half)
      : sine(Math.floor(place / columns), channel - half, half);
  });
  return constantLike(values, [rows, columns, channels], like);
}
