// Sums of products of two series at several shifts of time, of which the Gram matrix of moments with their neighbours is
// made. Before and after a series there are zeros.

/** Series side by side, `moments` x `width`. */
export type Series = { readonly values: Float32Array; readonly width: number };

/**
 * For each lag of `lags` the sum over time of a(t) b(t + lag), [lags, width of a, width of b].
 * Both series have as many moments.
 */
export function lagProducts(a: Series, b: Series, lags: readonly number[]): Float64Array {
  const moments = a.values.length / a.width;
  const products = new Float64Array(lags.length * a.width * b.width);
  for (const [place, lag] of lags.entries())
    for (let t = Math.max(0, -lag); t < Math.min(moments, moments - lag); t++)
      for (let i = 0; i < a.width; i++) {
        const value = a.values[t * a.width + i]!;
        const [into, from] = [(place * a.width + i) * b.width, (t + lag) * b.width];
        for (let j = 0; j < b.width; j++) products[into + j]! += value * b.values[from + j]!;
      }
  return products;
}
