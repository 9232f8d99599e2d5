// How much each input pixel counts for each output pixel when a row (or column) of a picture changes length.

export type ResizeFilter = 'bicubic' | 'bilinear';

/**
 * For output position `i`: `counts[i]` input positions from `starts[i]` on count, with the weights
 * `weights[i * stride] ... weights[i * stride + counts[i] - 1]`, whose sum is 1.
 */
export type ResizeWeights = {
  readonly stride: number;
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Float64Array;
};

/** Half the filter's width, in input pixels, when the picture is not shrunk. */
const SUPPORT: Record<ResizeFilter, number> = { bicubic: 2, bilinear: 1 };

const KERNEL: Record<ResizeFilter, (distance: number) => number> = { bicubic: cubic, bilinear: triangle };

/**
 * Weights that take `from` pixels to `to` pixels as Pillow's Image.resize does: half-pixel centres, and a filter that
 * widens with the factor of shrinking, so that nothing aliases. Near an edge the filter is cut off and its weights
 * scaled up.
 */
export function resizeWeights(from: number, to: number, filter: ResizeFilter): ResizeWeights {
  const scale = from / to;
  const widening = Math.max(scale, 1);
  const support = SUPPORT[filter] * widening;
  const kernel = KERNEL[filter];
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Float64Array(to * stride);
  for (let output = 0; output < to; output++) {
    const center = (output + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(from, Math.trunc(center + support + 0.5)) - start;
    const base = output * stride;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) {
      // Multiplied by the inverse, not divided: Pillow's rounding depends on it.
      const weight = kernel((tap + start - center + 0.5) * (1 / widening));
      weights[base + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < count; tap++) weights[base + tap]! /= sum;
    starts[output] = start;
    counts[output] = count;
  }
  return { stride, starts, counts, weights };
}

/** Keys' cubic convolution with a = -0.5. */
function cubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function triangle(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance));
}
