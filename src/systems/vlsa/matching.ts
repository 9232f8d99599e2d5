// VLSA's global losses: each clip's sound must find its video and its words among those of the batch, and a linear
// layer must tell pairs that belong together. Shapes: B clips, R pairs, N tokens of a modality, D channels.
import {
  concat,
  exp,
  l2Normalise,
  linear,
  matMul,
  multiply,
  negate,
  reshape,
  slice,
  sum,
} from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { binaryCrossEntropy, infoNce } from '../../model/losses.ts';
import type { Tensors } from '../../model/model.ts';
import type { Weights } from '../../model/vit.ts';
import { encodeTogether, pooled } from './encoder.ts';
import type { VlsaNetwork } from './network.ts';
import type { VlsaSettings } from './settings.ts';
import { oneHot } from './tokens.ts';

export const matched = ['video', 'text'] as const;
export type Matched = (typeof matched)[number];

/** Sound to the modality and back, both counted whole; the mean over the clips that count. */
export function contrast(
  sound: Tensor,
  other: Tensor,
  counted: Tensor,
  trained: Weights,
  { temperature, learnTemperature }: VlsaSettings,
): Tensor {
  const divisor = learnTemperature ? exp(negate(trained('logit_scale'))) : temperature;
  return multiply(infoNce(l2Normalise(sound), l2Normalise(other), divisor, counted), 2);
}

export type PairLogits = {
  /** [R] */
  readonly logits: Tensor;
  /** [R], 1 where sound and modality are of one clip. */
  readonly labels: Tensor;
  /** [R], 1 where both clips count. */
  readonly counted: Tensor;
};

/**
 * Whether the pairs belong together, as logits.
 * @param encoded what the model's `encode` gives.
 * @param pairs [B, 2, 3]: the number of the sound's clip, of the other's, and whether they are one.
 */
export function matchPairs(
  modality: Matched,
  encoded: Tensors,
  pairs: Tensor,
  counted: Tensor,
  trained: Weights,
  network: VlsaNetwork,
  { matching }: VlsaSettings,
): PairLogits {
  const clips = counted.shape[0]!;
  const rows = 2 * clips;
  const column = (index: number) => slice(reshape(pairs, [rows, 3]), 1, index, index + 1); // [R, 1]
  const [ofSound, ofOther] = [oneHot(column(0), clips, [clips]), oneHot(column(1), clips, [clips])]; // [R, B]
  const pick = (choice: Tensor, tensor: Tensor) => {
    const [, ...rest] = tensor.shape;
    const flat = reshape(tensor, [clips, rest.reduce((product, length) => product * length, 1)]);
    return reshape(matMul(choice, flat), [rows, ...rest]);
  };
  const features = {
    product: () =>
      multiply(
        multiply(
          pick(ofSound, l2Normalise(encoded.embedding_audio!)),
          pick(ofOther, l2Normalise(encoded[`embedding_${modality}`]!)),
        ),
        network.width,
      ),
    concatenation: () =>
      concat([pick(ofSound, encoded.embedding_audio!), pick(ofOther, encoded[`embedding_${modality}`]!)], 1),
    cross: () => {
      const shown = pick(ofOther, encoded.shown_words!);
      const tokens = {
        [modality]: pick(ofOther, encoded[`tokens_${modality}`]!),
        audio: pick(ofSound, encoded.tokens_audio!),
      };
      const together = encodeTogether(tokens, shown, trained, network);
      return concat([pooled('audio', together.audio!, shown), pooled(modality, together[modality]!, shown)], 1);
    },
  };
  const logits = linear(features[matching](), trained(`match.${modality}.weight`), trained(`match.${modality}.bias`));
  return {
    logits: reshape(logits, [rows]),
    labels: reshape(column(2), [rows]),
    counted: reshape(
      multiply(pick(ofSound, reshape(counted, [clips, 1])), pick(ofOther, reshape(counted, [clips, 1]))),
      [rows],
    ),
  };
}

/** Binary cross-entropy, the mean or the sum over the pairs that count. */
export function matchingLoss({ logits, labels, counted }: PairLogits, { reduction }: VlsaSettings): Tensor {
  const mean = binaryCrossEntropy(logits, labels, counted);
  return reduction === 'mean' ? mean : multiply(mean, sum(counted));
}
