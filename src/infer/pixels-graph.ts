// Pictures as bytes, the input of exported models, as a backbone takes them.
import * as f from '../graph/functions.ts';
import { constant, type Tensor } from '../graph/tensor.ts';

/** Bytes [N, height, width, 3] to normalised [N, 3, height, width]. */
export function pixelsToImages(
  pixels: Tensor,
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): Tensor {
  const perChannel = (values: readonly number[]) => constant(Float32Array.from(values), [3]);
  const scaled = f.divide(f.cast(pixels, 'float32'), 255);
  return f.transpose(f.divide(f.subtract(scaled, perChannel(mean)), perChannel(std)), [0, 3, 1, 2]);
}
