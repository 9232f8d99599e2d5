// Cutting an array into equal boxes, such as frames into cubes of time, rows and columns.

/**
 * The boxes of an array, one after another, those of the last axis next to each other. Inside a box the first axis
 * (channels), which is not cut, comes first, then the others in their order.
 * @param values row by row, of `shape`.
 * @param shape the channels and the lengths of the other axes, each a multiple of `box`'s.
 * @param box lengths of a box along the axes after the first.
 * @returns boxes x (channels x box) values.
 */
export function patches(values: Float32Array, shape: readonly number[], box: readonly number[]): Float32Array {
  const [channels = 1, ...lengths] = shape;
  if (box.length !== lengths.length || lengths.some((length, axis) => length % box[axis]! !== 0))
    throw new Error(`boxes of [${box}] do not fill [${lengths}]`);
  const strides = lengths.map((_, axis) => lengths.slice(axis + 1).reduce((product, length) => product * length, 1));
  const offsetsOf = (counts: readonly number[], steps: readonly number[]) =>
    counts.reduce<number[]>(
      (offsets, count, axis) =>
        offsets.flatMap((offset) => Array.from({ length: count }, (_, i) => offset + i * steps[axis]!)),
      [0],
    );
  const starts = offsetsOf(
    lengths.map((length, axis) => length / box[axis]!),
    strides.map((stride, axis) => stride * box[axis]!),
  );
  const inside = offsetsOf([channels, ...box], [lengths.reduce((product, length) => product * length, 1), ...strides]);
  const boxes = new Float32Array(values.length);
  let place = 0;
  for (const start of starts) for (const offset of inside) boxes[place++] = values[start + offset]!;
  return boxes;
}
