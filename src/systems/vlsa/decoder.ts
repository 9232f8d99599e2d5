// What VLSA rebuilds of each modality from the joint encoding, with one decoder that runs once for each, and what that
// is worth. Shapes: B clips, V frames, I patches of a frame, P values of a patch, S words, W words of the vocabulary.
import {
  add,
  divide,
  linear,
  logSoftmax,
  mean,
  multiply,
  negate,
  reshape,
  sqrt,
  subtract,
  sum,
} from '../../graph/functions.ts';
import { constant, type Tensor } from '../../graph/tensor.ts';
import { hidingBias, type Weights, within } from '../../model/vit.ts';
import { transform } from './encoder.ts';
import { type PatchedSide, patchGrid, type VlsaNetwork } from './network.ts';
import { linePositions } from './positions.ts';
import type { VlsaSettings } from './settings.ts';
import { frameVectors, oneHot, positionsOf, putBack } from './tokens.ts';

export type RebuiltPatches = {
  /** [B, V I, P] */
  readonly patches: Tensor;
  /** [B, V I], 1 where the encoder did not see the patch. */
  readonly hidden: Tensor;
};

/** @param encoded [B, V k, D]; `selected` [B, V, k] says where its tokens belong. */
export function rebuildPatches(
  side: PatchedSide,
  encoded: Tensor,
  selected: Tensor,
  trained: Weights,
  network: VlsaNetwork,
): RebuiltPatches {
  const { patches: count } = patchGrid(side, network);
  const [clips, frames] = selected.shape as [number, number];
  const { width } = network.decoder;
  const weights = within(trained, 'decoder');
  const { tokens, hidden } = putBack(embed(encoded, weights), selected, weights(`mask_token.${side}`), count);
  const placed = add(tokens, positionsOf(side, undefined, width, network));
  const framed = side === 'video' ? add(placed, frameVectors(weights('frame'))) : placed;
  const entering = reshape(add(framed, weights(`modality.${side}`)), [clips, frames * count, width]);
  return {
    patches: head(side, decode(entering, undefined, weights, network), trained),
    hidden: reshape(hidden, [clips, frames * count]),
  };
}

/** Encoded words [B, S, D] to logits [B, S, W]. */
export function rebuildWords(encoded: Tensor, shown: Tensor, trained: Weights, network: VlsaNetwork): Tensor {
  const weights = within(trained, 'decoder');
  const { length } = network.text;
  const { width } = network.decoder;
  const positions = constant(linePositions(length, width), [length, width]);
  const entering = add(add(embed(encoded, weights), positions), weights('modality.text'));
  return head('text', decode(entering, hidingBias(shown), weights, network), trained);
}

/** [B]: the mean over a clip's hidden patches of the squared error, its mean or sum over the patch's values. */
export function patchErrors(
  { patches, hidden }: RebuiltPatches,
  original: Tensor,
  { normalisedTargets, reduction }: Pick<VlsaSettings, 'normalisedTargets' | 'reduction'>,
): Tensor {
  const difference = subtract(patches, normalisedTargets ? normalised(original) : original);
  const squares = multiply(difference, difference);
  const errors = reduction === 'mean' ? mean(squares, [2]) : sum(squares, [2]);
  return divide(sum(multiply(errors, hidden), [1]), sum(hidden, [1]));
}

/**
 * [B]: the sum over a clip's masked words of the cross-entropy.
 * @param words [B, S]: the numbers of the true words; @param masked [B, S], 1 where they are to be found.
 */
export function wordErrors(logits: Tensor, words: Tensor, masked: Tensor): Tensor {
  const [clips, length, vocabulary] = logits.shape as [number, number, number];
  const isTrue = oneHot(reshape(words, [clips, length, 1]), vocabulary, [vocabulary]);
  const ofTrueWord = sum(multiply(isTrue, logSoftmax(logits)), [2]);
  return negate(sum(multiply(ofTrueWord, masked), [1]));
}

function embed(encoded: Tensor, weights: Weights): Tensor {
  return linear(encoded, weights('embed.weight'), weights('embed.bias'));
}

function decode(tokens: Tensor, bias: Tensor | undefined, weights: Weights, network: VlsaNetwork): Tensor {
  const { decoder, layerNormEpsilon } = network;
  return transform(tokens, bias, weights, decoder.depth, { heads: decoder.heads, layerNormEpsilon });
}

function head(modality: PatchedSide | 'text', x: Tensor, trained: Weights): Tensor {
  return linear(x, trained(`head.${modality}.weight`), trained(`head.${modality}.bias`));
}

/** Each patch with mean 0 and (unbiased) deviation 1. */
function normalised(patches: Tensor): Tensor {
  const centred = subtract(patches, mean(patches, [-1], true));
  const variance = divide(sum(multiply(centred, centred), [-1], true), patches.shape.at(-1)! - 1);
  return divide(centred, sqrt(add(variance, 1e-6)));
}
