// The block of UniAV: attention across time, whose queries may come from the other modality, and an expert for each
// kind of event.
// Shapes: B clips, T steps before and S after the block, C channels, H heads.
import { add, gelu, matMul, multiply, reshape, softmax, subtract, transpose } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { type Weights, within } from '../../model/vit.ts';
import type { EventKind } from './config.ts';
import { dense, depthwise, everyNth, halved, masked, norm, type Stride } from './layers.ts';

export type BlockOptions = {
  readonly heads: number;
  readonly kind: EventKind;
  readonly stride: Stride;
  /** Factors [B, 1, 1] on the two branches: 0 for clips that skip one, and more than 1 for the others. */
  readonly factors?: readonly [Tensor, Tensor] | undefined;
  /** Whether the branches have scales. */
  readonly scaled: boolean;
};

/**
 * One block.
 * @param own [B, T, C], which keys, values and the skip connection come from.
 * @param other [B, T, C], which the queries come from.
 * @param mask [B, T], 1 where there is a step.
 * @returns [B, S, C]
 */
export function block(own: Tensor, other: Tensor, mask: Tensor, weights: Weights, options: BlockOptions): Tensor {
  const { kind, stride, scaled, factors } = options;
  const kept = everyNth(mask, stride);
  const branch = (x: Tensor, name: string, index: number) => {
    const scaledBranch = scaled ? multiply(x, weights(`drop_path_${name}.scale`)) : x;
    return factors ? multiply(scaledBranch, factors[index]!) : scaledBranch;
  };
  const attended = attention(
    norm(own, within(weights, 'ln11')),
    norm(other, within(weights, 'ln12')),
    kept,
    within(weights, 'attn'),
    options,
  );
  const skipped = masked(stride === 1 ? own : halved(own), kept);
  const x = add(skipped, branch(attended, 'attn', 0));
  const expert = within(weights, `mlp_${kind}`);
  const hidden = gelu(dense(norm(x, within(weights, `ln2_${kind}`)), within(expert, '0')));
  return add(x, branch(masked(dense(hidden, within(expert, '3')), kept), 'mlp', 1));
}

/** Multi-head attention; each of query, key and value passes a convolution of its own first. @param kept [B, S] */
function attention(
  own: Tensor,
  other: Tensor,
  kept: Tensor,
  weights: Weights,
  { heads, stride }: BlockOptions,
): Tensor {
  const [clips, steps] = kept.shape as [number, number];
  const width = own.shape[2]!;
  const projected = (x: Tensor, part: string) => {
    const mixed = masked(depthwise(x, weights(`${part}_conv.conv.weight`), stride), kept);
    const rows = dense(norm(mixed, within(weights, `${part}_norm`)), within(weights, part));
    return transpose(reshape(rows, [clips, steps, heads, width / heads]), [0, 2, 1, 3]); // [B, H, S, C / H]
  };
  const query = multiply(projected(other, 'query'), (width / heads) ** -0.5);
  const scores = matMul(query, transpose(projected(own, 'key'), [0, 1, 3, 2]));
  const hidden = multiply(subtract(kept, 1), 1e9);
  const shares = softmax(add(scores, reshape(hidden, [clips, 1, 1, steps])));
  const mixed = transpose(matMul(shares, projected(own, 'value')), [0, 2, 1, 3]);
  return masked(dense(reshape(mixed, [clips, steps, width]), within(weights, 'proj')), kept);
}
