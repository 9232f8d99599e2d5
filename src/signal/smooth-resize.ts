// Coarse maps over patches as smooth ones over pixels.

/**
 * A coarse grid (rows x columns) at height x width by uniform cubic B-splines, edges clamped: smooth, and without
 * overshoot, so no bright rim appears that the map does not have. Values that are not finite count as the least finite
 * one.
 */
export function smoothResize(
  grid: Float32Array,
  rows: number,
  columns: number,
  height: number,
  width: number,
): Float32Array {
  const least = grid.reduce(
    (low, value) => (Number.isFinite(value) ? Math.min(low, value) : low),
    Number.POSITIVE_INFINITY,
  );
  const clean = grid.map((value) => (Number.isFinite(value) ? value : Number.isFinite(least) ? least : 0));
  const across = splineWeights(columns, width);
  const down = splineWeights(rows, height);
  const wide = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const [column, weight] of across[x] as Taps) sum += weight * (clean[row * columns + column] as number);
      wide[row * width + x] = sum;
    }
  }
  const resized = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    for (const [row, weight] of down[y] as Taps) {
      for (let x = 0; x < width; x++) {
        resized[y * width + x] = (resized[y * width + x] as number) + weight * (wide[row * width + x] as number);
      }
    }
  }
  return resized;
}

type Taps = readonly (readonly [cell: number, weight: number])[];

function splineWeights(cells: number, size: number): Taps[] {
  return Array.from({ length: size }, (_, place) => {
    const position = ((place + 0.5) * cells) / size - 0.5;
    const first = Math.floor(position);
    const t = position - first;
    const weights = [(1 - t) ** 3, 3 * t ** 3 - 6 * t ** 2 + 4, -3 * t ** 3 + 3 * t ** 2 + 3 * t + 1, t ** 3];
    return weights.map((weight, tap) => [Math.min(cells - 1, Math.max(0, first - 1 + tap)), weight / 6] as const);
  });
}
