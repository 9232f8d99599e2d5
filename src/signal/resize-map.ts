// Resizing of spectrograms and other maps of real numbers.
import type { Matrix } from './matrix.ts';
import { resizeWeights } from './resize-weights.ts';

/**
 * The map at another size: bilinear, half-pixel centres, and averaged rather than thinned out when shrunk (Pillow's
 * BILINEAR of a float image; ONNX Resize with `linear` and `antialias`). It is `resizeMatrix(rows) * map *
 * transposed(resizeMatrix(columns))`.
 */
export function resizeMap(map: Matrix, rows: number, columns: number): Matrix {
  const narrowed = map.columns === columns ? map : resizeColumnsOf(map, columns);
  return narrowed.rows === rows ? narrowed : multiply(resizeMatrix(narrowed.rows, rows), narrowed);
}

/** The bilinear resize of a column of `from` numbers to `to` numbers, as a matrix [to, from]. */
export function resizeMatrix(from: number, to: number): Matrix {
  const { stride, starts, counts, weights } = resizeWeights(from, to, 'bilinear');
  const values = new Float64Array(to * from);
  for (let row = 0; row < to; row++) {
    const first = row * stride;
    values.set(weights.subarray(first, first + counts[row]!), row * from + starts[row]!);
  }
  return { rows: to, columns: from, values };
}

function resizeColumnsOf(map: Matrix, columns: number): Matrix {
  const { stride, starts, counts, weights } = resizeWeights(map.columns, columns, 'bilinear');
  const values = new Float64Array(map.rows * columns);
  for (let row = 0; row < map.rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      const source = row * map.columns + starts[column]!;
      for (let tap = 0; tap < counts[column]!; tap++)
        sum += map.values[source + tap]! * weights[column * stride + tap]!;
      values[row * columns + column] = sum;
    }
  }
  return { rows: map.rows, columns, values };
}

function multiply(left: Matrix, right: Matrix): Matrix {
  const values = new Float64Array(left.rows * right.columns);
  for (let row = 0; row < left.rows; row++) {
    const target = row * right.columns;
    for (let inner = 0; inner < left.columns; inner++) {
      const factor = left.values[row * left.columns + inner]!;
      if (factor === 0) continue;
      const source = inner * right.columns;
      for (let column = 0; column < right.columns; column++)
        values[target + column]! += factor * right.values[source + column]!;
    }
  }
  return { rows: left.rows, columns: right.columns, values };
}
