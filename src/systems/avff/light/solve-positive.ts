// Linear equations with a symmetric positive definite matrix, by Cholesky's decomposition.

/**
 * Solves A x = b for several b.
 * @param matrix A, [size, size]; only its lower half is read.
 * @param sides each b as a row, [count, size].
 * @returns each x as a row.
 */
export function solvePositive(matrix: Float64Array, sides: Float64Array, size: number): Float64Array {
  const lower = cholesky(matrix, size);
  return solveTransposed(lower, solveLower(lower, sides, size), size);
}

/** L with L L' = A: zeros above its diagonal. @param matrix A, of which only the lower half is read. */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) rest -= lower[i * size + k]! * lower[j * size + k]!;
      lower[i * size + j] = i === j ? Math.sqrt(rest) : rest / lower[j * size + j]!;
    }
  return lower;
}

/** Solves L x = b for the b that are rows of `sides`. */
export function solveLower(lower: Float64Array, sides: Float64Array, size: number): Float64Array {
  const solved = Float64Array.from(sides);
  for (let start = 0; start < solved.length; start += size)
    for (let i = 0; i < size; i++) {
      let rest = solved[start + i]!;
      for (let k = 0; k < i; k++) rest -= lower[i * size + k]! * solved[start + k]!;
      solved[start + i] = rest / lower[i * size + i]!;
    }
  return solved;
}

/** Solves L' x = b for the b that are rows of `sides`. */
export function solveTransposed(lower: Float64Array, sides: Float64Array, size: number): Float64Array {
  const solved = Float64Array.from(sides);
  for (let start = 0; start < solved.length; start += size)
    for (let i = size - 1; i >= 0; i--) {
      const value = solved[start + i]! / lower[i * size + i]!;
      solved[start + i] = value;
      for (let k = 0; k < i; k++) solved[start + k]! -= lower[i * size + k]! * value;
    }
  return solved;
}
