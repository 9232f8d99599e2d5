// The learned filterbank (Luo and Mesgarani 2019, Conv-TasNet, section 2.2), its convolutions written as products, and
// the grid of chunks over its frames (Luo et al. 2020, DPRNN, section 2.1).
// Shapes: B clips, T samples, N channels, L encoder frames, S chunks of K frames.
import { matMul, relu, reshape, slice, transpose } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../model/vit.ts';
import type { FilterbankConfig, Grid } from './filterbank-config.ts';
import type { Parameters } from './layers.ts';
import { overlapAdd, overlappingWindows, padded } from './overlapping-windows.ts';

/** Sound [B, T] to what its filters give [B, L, N], not negative. */
export function encodeSound(sound: Tensor, codec: Weights, { kernel }: FilterbankConfig): Tensor {
  const [clips, samples] = sound.shape as [number, number];
  const half = kernel / 2;
  const blocks = Math.floor(samples / half);
  const frames = overlappingWindows(reshape(slice(sound, 1, 0, blocks * half), [clips, blocks, half]), 1);
  return relu(matMul(frames, transpose(codec('analysis'), [1, 0])));
}

/** The transposed convolution of [B, L, N], with zeros up to `samples`. */
export function decodeSound(features: Tensor, codec: Weights, samples: number): Tensor {
  const blocks = overlapAdd(matMul(features, codec('synthesis')), 1);
  const [clips, count, half] = blocks.shape as [number, number, number];
  return padded(reshape(blocks, [clips, count * half]), 1, 0, samples - count * half);
}

export function codecParameters({ channels, kernel }: FilterbankConfig): Parameters {
  const filters = { shape: [channels, kernel], initialisation: { kind: 'linear', fanIn: kernel } } as const;
  return [
    ['codec.analysis', filters],
    ['codec.synthesis', filters],
  ];
}

/** [B, L, N] to [B, S, K, N]. */
export function segment(features: Tensor, { before, behind, chunks }: Grid): Tensor {
  const [clips, , channels] = features.shape as [number, number, number];
  return overlappingWindows(reshape(padded(features, 1, before, behind), [clips, chunks + 1, before, channels]), 1);
}

/** Adds the chunks up where they overlap: [B, S, K, N] to [B, L, N]. */
export function unsegment(chunks: Tensor, { before, length }: Grid): Tensor {
  const blocks = overlapAdd(chunks, 1);
  const [clips, count, half, channels] = blocks.shape as [number, number, number, number];
  return slice(reshape(blocks, [clips, count * half, channels]), 1, before, before + length);
}
