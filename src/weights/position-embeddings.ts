// A position table for another number of patches, as timm's resample_abs_pos_embed makes it: the class token's row is
// kept, the patches' rows are an image of C channels resized by antialiased bicubic interpolation (PyTorch's,
// half-pixel centres).

/** Rows and columns of patches. */
export type Grid = readonly [rows: number, columns: number];

/**
 * `table` is [1 + rows * columns of `from`, C], row-major; the result is [1 + rows * columns of `to`, C].
 * The same grid gives the table itself.
 */
export function resizePositionEmbeddings(table: Float32Array, from: Grid, to: Grid): Float32Array {
  const [fromRows, fromColumns] = from;
  const [toRows, toColumns] = to;
  const width = table.length / (1 + fromRows * fromColumns);
  if (!Number.isInteger(width))
    throw new Error(`A table of ${table.length} numbers does not fit 1 + ${fromRows} x ${fromColumns} rows.`);
  if (fromRows === toRows && fromColumns === toColumns) return table;

  const columnTaps = bicubicTaps(fromColumns, toColumns);
  const wide = new Float64Array(fromRows * toColumns * width);
  for (let row = 0; row < fromRows; row++) {
    for (const [column, { first, weights }] of columnTaps.entries()) {
      const target = (row * toColumns + column) * width;
      for (const [tap, weight] of weights.entries()) {
        const source = (1 + row * fromColumns + first + tap) * width;
        for (let channel = 0; channel < width; channel++) wide[target + channel]! += weight * table[source + channel]!;
      }
    }
  }

  const sums = new Float64Array((1 + toRows * toColumns) * width);
  sums.set(table.subarray(0, width));
  const rowLength = toColumns * width;
  for (const [row, { first, weights }] of bicubicTaps(fromRows, toRows).entries()) {
    for (const [tap, weight] of weights.entries()) {
      const source = (first + tap) * rowLength;
      const target = width + row * rowLength;
      for (let index = 0; index < rowLength; index++) sums[target + index]! += weight * wide[source + index]!;
    }
  }
  return Float32Array.from(sums);
}

type Taps = { readonly first: number; readonly weights: readonly number[] };

/** For each place on an axis of `to`, which places of an axis of `from` it is made of, and how much of each. */
function bicubicTaps(from: number, to: number): Taps[] {
  const scale = from / to;
  // Shrinking widens the kernel so that no detail is folded back; enlarging does not narrow it.
  const stretch = Math.max(scale, 1);
  return Array.from({ length: to }, (_, place) => {
    const centre = scale * (place + 0.5);
    const first = Math.max(Math.trunc(centre - 2 * stretch + 0.5), 0);
    const last = Math.min(Math.trunc(centre + 2 * stretch + 0.5), from);
    const weights = Array.from({ length: last - first }, (_, tap) =>
      bicubicKernel((first + tap - centre + 0.5) / stretch),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}

/** Keys' cubic convolution kernel (1981) with a = -0.5, which PyTorch uses with antialias=true (without it, -0.75). */
function bicubicKernel(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}
