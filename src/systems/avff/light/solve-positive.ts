// Linear equations with a symmetric positive definite matrix, by Cholesky's decomposition.

/**
 * Solves A x = b for several b.
 * @param matrix A, [size, size]; only its lower half is read.
 * @param sides each b as a row, [count, size].
 * @returns each x as a row.
 */
export function solvePositive(matrix: Float64Array, sides: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) rest -= lower[i * size + k]! * lower[j * size + k]!;
      lower[i * size + j] = i === j ? Math.sqrt(rest) : rest / lower[j * size + j]!;
    }
  const solved = Float64Array.from(sides);
  for (let start = 0; start < solved.length; start += size) {
    for (let i = 0; i < size; i++) {
      let rest = solved[start + i]!;
      for (let k = 0; k < i; k++) rest -= lower[i * size + k]! * solved[start + k]!;
      solved[start + i] = rest / lower[i * size + i]!;
    }
    for (let i = size - 1; i >= 0; i--) {
      let rest = solved[start + i]!;
      for (let k = i + 1; k < size; k++) rest -= lower[k * size + i]! * solved[start + k]!;
      solved[start + i] = rest / lower[i * size + i]!;
    }
  }
  return solved;
}
