// AVFF's decoders: from the tokens of a whole clip, own and predicted ones, to its patches.
import { add, linear, reshape } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { block, norm, type Weights, within, withoutKeyBias } from '../../model/vit.ts';
import { positionsOf } from './encoder.ts';
import { type AvffNetwork, type Side, tokenSizes } from './network.ts';
import type { DecoderSize } from './parameters.ts';

/**
 * Tokens [B, S, T, D] to patches [B, S T, P].
 * @param trained the system's weights, asked for under `video_decoder` or `audio_decoder`.
 */
export function decode(
  side: Side,
  tokens: Tensor,
  trained: Weights,
  network: AvffNetwork,
  { width, depth, heads }: DecoderSize,
): Tensor {
  const weights = withoutKeyBias(within(trained, `${side}_decoder`));
  const count = tokenSizes(network)[side].tokens;
  const config = { heads, layerNormEpsilon: network.layerNormEpsilon[side] };
  const flat = reshape(tokens, [tokens.shape[0]!, count, network.width]);
  const bias = side === 'video' ? undefined : weights('embed.bias');
  let x = add(linear(flat, weights('embed.weight'), bias), positionsOf(side, network, count, width));
  for (let layer = 0; layer < depth; layer++) x = block([x], within(weights, `blocks.${layer}`), config).output;
  return linear(norm(x, within(weights, 'norm'), config), weights('head.weight'), weights('head.bias'));
}
