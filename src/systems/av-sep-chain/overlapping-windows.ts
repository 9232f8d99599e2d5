// Windows that overlap by half, as graphs: what a convolution with a stride of half its kernel reads, the chunks of a
// dual-path network, and the frames of a short-time Fourier transform.
import { add, concat, slice, split } from '../../graph/functions.ts';
import { filled, type Shape, type Tensor } from '../../graph/tensor.ts';

/**
 * Each block beside the next: [..., windows + 1, half, ...] becomes [..., windows, 2 half, ...].
 * @param axis that of the blocks; their content is the next axis.
 */
export function overlappingWindows(blocks: Tensor, axis: number): Tensor {
  const count = blocks.shape[axis]!;
  return concat([slice(blocks, axis, 0, count - 1), slice(blocks, axis, 1, count)], axis + 1);
}

/**
 * Adds the windows up where they overlap: [..., windows, 2 half, ...] becomes [..., windows + 1, half, ...].
 * Of what `overlappingWindows` cut it gives twice the blocks, but for the first and the last.
 */
export function overlapAdd(windows: Tensor, axis: number): Tensor {
  const half = windows.shape[axis + 1]! / 2;
  const [first, second] = split(windows, axis + 1, [half, half]) as [Tensor, Tensor];
  return add(padded(first, axis, 0, 1), padded(second, axis, 1, 0));
}

/** Zeros before and behind along an axis. */
export function padded(x: Tensor, axis: number, before: number, behind: number): Tensor {
  const zeros = (length: number, shape: Shape = x.shape.with(axis, length)) =>
    length > 0 ? [filled(0, shape, x.elementType)] : [];
  return concat([...zeros(before), x, ...zeros(behind)], axis);
}
