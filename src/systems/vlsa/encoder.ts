// VLSA's encoder: tokens of one or several modalities through the same blocks.
// Shapes: B clips, N tokens of a modality, D channels.
import { concat, divide, mean, multiply, reshape, split, sum } from '../../graph/functions.ts';
import { filled, type Tensor } from '../../graph/tensor.ts';
import { block, hidingBias, norm, type Weights, within, withoutKeyBias } from '../../model/vit.ts';
import { type Modality, modalities, type VlsaNetwork } from './network.ts';

export type OfModalities<Value> = Readonly<Partial<Record<Modality, Value>>>;

/**
 * Tokens [B, N, D] of those modalities that are given, encoded together, in the order video, text, sound.
 * @param shown [B, S], 1 for words and 0 for padding, which nothing attends to.
 * @returns the same modalities' tokens.
 */
export function encodeTogether<Given extends OfModalities<Tensor>>(
  tokens: Given,
  shown: Tensor,
  trained: Weights,
  network: VlsaNetwork,
): { readonly [Key in keyof Given]: Tensor } {
  const given = modalities.filter((modality) => tokens[modality]);
  const parts = given.map((modality) => tokens[modality]!);
  const bias = given.includes('text')
    ? hidingBias(
        concat(
          given.map((modality, i) => (modality === 'text' ? shown : filled(1, parts[i]!.shape.slice(0, 2), 'float32'))),
          1,
        ),
      )
    : undefined;
  const x = transform(concat(parts, 1), bias, within(trained, 'encoder'), network.depth, network);
  const lengths = parts.map(({ shape }) => shape[1]!);
  const encoded = split(x, 1, lengths);
  return Object.fromEntries(given.map((modality, i) => [modality, encoded[i]!])) as { [Key in keyof Given]: Tensor };
}

/** Blocks and the norm after them. */
export function transform(
  tokens: Tensor,
  bias: Tensor | undefined,
  part: Weights,
  depth: number,
  config: Pick<VlsaNetwork, 'heads' | 'layerNormEpsilon'>,
): Tensor {
  const weights = withoutKeyBias(part);
  let x = tokens;
  for (let layer = 0; layer < depth; layer++)
    x = block([x], within(weights, `blocks.${layer}`), config, undefined, bias).output;
  return norm(x, within(weights, 'norm'), config);
}

/** Encoded tokens [B, N, D] to their mean [B, D]; of words, padding left out. */
export function pooled(modality: Modality, encoded: Tensor, shown: Tensor): Tensor {
  if (modality !== 'text') return mean(encoded, [1]);
  const total = sum(multiply(encoded, reshape(shown, [...shown.shape, 1])), [1]);
  return divide(total, sum(shown, [1], true));
}
