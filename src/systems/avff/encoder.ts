// AVFF's encoders (a ViT for each side), and A2V and V2A, which say from one side's slices what the other's look like.
// Shapes: B clips, S slices, N tokens of a clip, T tokens of a slice, P values of a patch, D channels.
import { add, concat, expand, linear, matMul, reshape, slice } from '../../graph/functions.ts';
import { constant, type Tensor } from '../../graph/tensor.ts';
import { gridPositions, sequencePositions } from '../../model/sinusoidal-positions.ts';
import { block, norm, type Weights, within, withoutKeyBias } from '../../model/vit.ts';
import { type AvffNetwork, type Side, tokenSizes } from './network.ts';

/** Fixed positions of all tokens of a side, [N, width]. */
export function positionsOf(side: Side, { audio }: AvffNetwork, tokens: number, width: number): Tensor {
  const bins = audio.melBins / audio.patch[1];
  const table = side === 'video' ? sequencePositions(tokens, width) : gridPositions(tokens / bins, bins, width);
  return constant(table, [tokens, width]);
}

/**
 * Patches [B, N, P] of a whole clip to tokens [B, S, T, D]: linear map, positions, blocks, norm.
 * @param trained the system's weights, asked for under `video_encoder` or `audio_encoder`.
 */
export function encode(side: Side, patches: Tensor, trained: Weights, network: AvffNetwork): Tensor {
  const { width, depth, heads, slices } = network;
  const weights = withoutKeyBias(within(trained, `${side}_encoder`));
  const { tokens, values, perSlice } = tokenSizes(network)[side];
  const clips = patches.shape[0]!;
  const config = { heads, layerNormEpsilon: network.layerNormEpsilon[side] };
  const kernel = reshape(weights('patch_embed.proj.weight'), [width, values]);
  const isGiven = side === 'audio' && network.audio.positions === 'given';
  const positions = isGiven ? weights('pos_embed') : positionsOf(side, network, tokens, width);
  let x = add(linear(patches, kernel, weights('patch_embed.proj.bias')), positions);
  const hasClassToken = side === 'audio' && network.audio.classToken;
  if (hasClassToken) x = concat([expand(weights('cls_token'), [clips, 1, width]), x], 1);
  for (let layer = 0; layer < depth; layer++) x = block([x], within(weights, `blocks.${layer}`), config).output;
  if (hasClassToken) x = slice(x, 1, 1, 1 + tokens);
  return reshape(norm(x, within(weights, 'norm'), config), [clips, slices, perSlice, width]);
}

/**
 * A2V or V2A: tokens [B, S, T, D] of one side to what the other side's should be, [B, S, T of the other, D]. Each slice
 * by itself: a linear map over its tokens, then a transformer block over them.
 */
export function cross(name: 'a2v' | 'v2a', tokens: Tensor, trained: Weights, network: AvffNetwork): Tensor {
  const weights = withoutKeyBias(within(trained, name));
  const lift = weights('lift.weight');
  const [clips, slices, , width] = tokens.shape as [number, number, number, number];
  const perSlice = lift.shape[0]!;
  const lifted = add(matMul(lift, tokens), reshape(weights('lift.bias'), [perSlice, 1]));
  const config = { heads: network.fusionHeads, layerNormEpsilon: network.layerNormEpsilon.fusion };
  const { output } = block([reshape(lifted, [clips * slices, perSlice, width])], within(weights, 'block'), config);
  return reshape(output, [clips, slices, perSlice, width]);
}

/** Tokens of both sides, and what each predicts of the other. */
export type Encoded = {
  readonly video: Tensor;
  readonly audio: Tensor;
  readonly a2v: Tensor;
  readonly v2a: Tensor;
};

/** @param patches [B, N, P] of each side. */
export function encodeBoth(patches: Readonly<Record<Side, Tensor>>, trained: Weights, network: AvffNetwork): Encoded {
  const video = encode('video', patches.video, trained, network);
  const audio = encode('audio', patches.audio, trained, network);
  return { video, audio, a2v: cross('a2v', audio, trained, network), v2a: cross('v2a', video, trained, network) };
}
