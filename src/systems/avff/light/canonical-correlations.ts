// Canonical correlation analysis (Hotelling 1936) with a ridge: pairs of directions, one of each side, along which the
// two sides are most alike.
import { cholesky, solveLower, solveTransposed } from './solve-positive.ts';

/** Sums over moments of the two sides: counts, means and products. */
export type Products = {
  readonly count: number;
  /** Sums of each side's values. */
  readonly sums: { readonly x: Float64Array; readonly y: Float64Array };
  /** Sums of products, [x, x] and [y, y] (lower halves), and [x, y]. */
  readonly xx: Float64Array;
  readonly yy: Float64Array;
  readonly xy: Float64Array;
};

export type CanonicalPairs = {
  /** Each direction as a row, [pairs, values of the side]. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** How alike the sides are along each pair, 0 to 1, falling. */
  readonly correlations: Float64Array;
};

/** Rounds of the subspace iteration: its error falls by the ratio of squared correlations in each. */
const rounds = 30;

/**
 * @param ridge times the mean variance of a side is added to each variance.
 * @param start [pairs, values of y], drawn: where the iteration begins.
 */
export function canonicalPairs(products: Products, pairs: number, ridge: number, start: Float64Array): CanonicalPairs {
  const { count, sums, xx, yy, xy } = products;
  const [sizeX, sizeY] = [sums.x.length, sums.y.length];
  const lowerX = cholesky(covariance(xx, sums.x, count, ridge), sizeX);
  const lowerY = cholesky(covariance(yy, sums.y, count, ridge), sizeY);
  const cross = xy.map((value, place) => {
    const [i, j] = [Math.floor(place / sizeY), place % sizeY];
    return value / count - (sums.x[i]! / count) * (sums.y[j]! / count);
  });
  // Both sides with unit variances: [x, y].
  const whiteY = solveLower(lowerY, cross, sizeY);
  const white = transposed(solveLower(lowerX, transposed(whiteY, sizeX, sizeY), sizeX), sizeY, sizeX);
  let right = orthonormal(start, pairs, sizeY);
  const back = transposed(white, sizeX, sizeY);
  for (let round = 0; round < rounds; round++) {
    const across = orthonormal(timesRows(white, right, sizeX, sizeY), pairs, sizeX);
    right = orthonormal(timesRows(back, across, sizeY, sizeX), pairs, sizeY);
  }
  const left = timesRows(white, right, sizeX, sizeY);
  const lengths = Float64Array.from({ length: pairs }, (_, pair) => lengthOf(left, pair, sizeX));
  const order = [...lengths.keys()].sort((a, b) => lengths[b]! - lengths[a]!);
  return {
    x: solveTransposed(lowerX, inOrder(left, order, sizeX, lengths), sizeX),
    y: solveTransposed(lowerY, inOrder(right, order, sizeY), sizeY),
    correlations: Float64Array.from(order, (pair) => lengths[pair]!),
  };
}

function covariance(products: Float64Array, sums: Float64Array, count: number, ridge: number): Float64Array {
  const size = sums.length;
  const result = new Float64Array(size * size);
  let trace = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++)
      result[i * size + j] = products[i * size + j]! / count - (sums[i]! / count) * (sums[j]! / count);
    trace += result[i * size + i]!;
  }
  const pull = Math.max((ridge * trace) / size, Number.MIN_VALUE);
  for (let i = 0; i < size; i++) result[i * size + i]! += pull;
  return result;
}

/** The products of a matrix [rows, columns] with each row of `vectors`, as rows. */
function timesRows(matrix: Float64Array, vectors: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array((vectors.length / columns) * rows);
  for (let vector = 0; vector * columns < vectors.length; vector++)
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let column = 0; column < columns; column++)
        sum += matrix[row * columns + column]! * vectors[vector * columns + column]!;
      result[vector * rows + row] = sum;
    }
  return result;
}

function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(matrix.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column]!;
  return result;
}

/** Rows of length 1 that span the same, by Gram and Schmidt, twice for exactness. */
function orthonormal(vectors: Float64Array, count: number, size: number): Float64Array {
  const result = Float64Array.from(vectors);
  const row = (of: number) => result.subarray(of * size, (of + 1) * size);
  for (let one = 0; one < count; one++) {
    for (let time = 0; time < 2; time++)
      for (let other = 0; other < one; other++) {
        const along = row(other).reduce((sum, value, i) => sum + value * row(one)[i]!, 0);
        for (let i = 0; i < size; i++) result[one * size + i]! -= along * result[other * size + i]!;
      }
    const length = Math.max(lengthOf(result, one, size), Number.MIN_VALUE);
    for (let i = 0; i < size; i++) result[one * size + i]! /= length;
  }
  return result;
}

function lengthOf(vectors: Float64Array, vector: number, size: number): number {
  return Math.sqrt(vectors.subarray(vector * size, (vector + 1) * size).reduce((sum, value) => sum + value ** 2, 0));
}

/** Rows in an order, each divided by its length where lengths are given. */
function inOrder(vectors: Float64Array, order: readonly number[], size: number, lengths?: Float64Array): Float64Array {
  const result = new Float64Array(order.length * size);
  for (const [place, of] of order.entries())
    for (let i = 0; i < size; i++)
      result[place * size + i] = vectors[of * size + i]! / (lengths ? Math.max(lengths[of]!, Number.MIN_VALUE) : 1);
  return result;
}
