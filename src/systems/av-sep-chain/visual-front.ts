// The picture's way to the chunks: a linear layer, residual blocks along the frames in the form of SEANet (Tao et al.
// 2023), and the choice of a frame for every chunk.
// Shapes: B clips, F frames, S chunks, N channels.
import { add, matMul, relu } from '../../graph/functions.ts';
import { constantLike, type Tensor } from '../../graph/tensor.ts';
import { linearParameters } from '../../model/parameters.ts';
import { type Weights, within } from '../../model/vit.ts';
import { globalNormEpsilon } from './dual-path.ts';
import type { FilterbankConfig, Grid } from './filterbank-config.ts';
import {
  depthwiseConvolution,
  depthwiseParameters,
  globalNorm,
  globalNormParameters,
  matrixParameters,
  type Parameters,
  parametricRelu,
  parametricReluParameters,
  projection,
} from './layers.ts';

/** Frozen features [B, F, visualWidth] to [B, F, N]. */
export function visualFront(features: Tensor, weights: Weights, { visualBlocks }: FilterbankConfig): Tensor {
  let v = projection(features, within(weights, 'project'));
  for (let index = 0; index < visualBlocks; index++) {
    const block = within(weights, `blocks.${index}`);
    const normalised = (x: Tensor, name: string) => globalNorm(x, within(block, name), globalNormEpsilon);
    const mixed = depthwiseConvolution(normalised(relu(v), 'norm1'), block('depthwise'));
    const shaped = normalised(parametricRelu(mixed, block('prelu.slope')), 'norm2');
    v = add(v, projection(shaped, within(block, 'pointwise'), { bias: false }));
  }
  return v;
}

export function visualFrontParameters(
  name: string,
  { channels, visualWidth, visualBlocks }: FilterbankConfig,
): Parameters {
  const block = (path: string): Parameters => [
    ...globalNormParameters(`${path}.norm1`, channels),
    ...depthwiseParameters(`${path}.depthwise`, channels),
    ...parametricReluParameters(`${path}.prelu`),
    ...globalNormParameters(`${path}.norm2`, channels),
    ...matrixParameters(`${path}.pointwise`, channels, channels),
  ];
  return [
    ...linearParameters(`${name}.project`, channels, visualWidth),
    ...Array.from({ length: visualBlocks }, (_, index) => block(`${name}.blocks.${index}`)).flat(),
  ];
}

/** For each of the first `chunks` chunks its frame: [B, F, ...] to [B, chunks, ...]. A product, as it has a gradient. */
export function framesOfChunks(frames: Tensor, { frameOfChunk }: Grid, chunks = frameOfChunk.length): Tensor {
  const count = frames.shape[1]!;
  const choice = Array.from({ length: chunks * count }, (_, index) =>
    Number(frameOfChunk[Math.floor(index / count)] === index % count),
  );
  return matMul(constantLike(choice, [chunks, count], frames.elementType), frames);
}
