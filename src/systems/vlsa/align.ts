// What makes videos searchable by words: projections of frozen features of picture, sound and text to one space. The
// idea of VLSA turned round: something pre-trained ties pictures to many words (src/search/concepts.ts), and sound learns words
// through the pictures that it comes with.
// Shapes: B clips, P and S numbers of a picture's and a sound's features, T of a text's vector, E of a projection.
import {
  add,
  exp,
  expand,
  l2Normalise,
  linear,
  logSoftmax,
  matMul,
  multiply,
  negate,
  reshape,
  softmax,
  subtract,
  sum,
  transpose,
} from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Model, Stage } from '../../model/model.ts';
import { linearParameters } from '../../model/parameters.ts';
import { hiddenScore, type Weights } from '../../model/vit.ts';
import { average, total } from './sums.ts';

export type AlignSizes = {
  readonly picture: number;
  readonly sound: number;
  readonly text: number;
  /** E */
  readonly width: number;
};

export type AlignSettings = {
  /** Of the cosines, at the start; it is learnt. */
  readonly temperature: number;
  /** How sharply texts that mean nearly the same share a clip: targets are softmax(sharpness x their cosines). */
  readonly sharpness: number;
};

export const defaultAlignSettings: AlignSettings = { temperature: 0.07, sharpness: 10 };

/** What is tied to what. A clip takes part where it has both. */
const ties = [
  ['picture', 'pseudo'],
  ['sound', 'pseudo'],
  ['picture', 'caption'],
  ['sound', 'caption'],
] as const;

/**
 * Inputs of a clip: features `picture` [P] and `sound` [S] of a frozen backbone, vectors `caption` and `pseudo` [T] of
 * a frozen text encoder with the mean of all texts taken off, and `has_picture`, `has_sound` and `has_caption` [], 0 where
 * there is none; a pseudo caption is there where the picture is.
 * Targets: `counted`, 0 for clips that only fill the batch. Answers: unit vectors `picture_vector`, `sound_vector`
 * and, of the caption, `text_vector` [B, E].
 */
export function alignModel(sizes: AlignSizes, settings: AlignSettings): Model {
  return {
    parameters: new Map([
      ...(['picture', 'sound', 'text'] as const).flatMap((name) =>
        linearParameters(`${name}_projection`, sizes.width, sizes[name]),
      ),
      ['logit_scale', { shape: [], initialisation: { kind: 'value', value: Math.log(1 / settings.temperature) } }],
    ]),
    inputs: {
      picture: [sizes.picture],
      sound: [sizes.sound],
      caption: [sizes.text],
      pseudo: [sizes.text],
      has_picture: [],
      has_sound: [],
      has_caption: [],
    },
    targets: { counted: [] },
    encode: (inputs) => inputs,
    losses(encoded, targets, trained) {
      const taking = {
        picture: multiply(targets.counted!, encoded.has_picture!),
        pseudo: multiply(targets.counted!, encoded.has_picture!),
        sound: multiply(targets.counted!, encoded.has_sound!),
        caption: multiply(targets.counted!, encoded.has_caption!),
      };
      const losses = Object.fromEntries(
        ties.map(([heard, said]) => {
          const text = encoded[said]!;
          const loss = softContrast(
            projection(heard, encoded[heard]!, trained),
            projection('text', text, trained),
            multiply(cosines(text, text), settings.sharpness),
            multiply(taking[heard], taking[said]),
            exp(trained('logit_scale')),
          );
          return [`${heard}_${said}`, loss];
        }),
      );
      return { aims: { network: total(Object.values(losses)) }, logged: losses };
    },
    answers: (inputs, _, trained) => ({
      picture_vector: projection('picture', inputs.picture!, trained),
      sound_vector: projection('sound', inputs.sound!, trained),
      text_vector: projection('text', inputs.caption!, trained),
    }),
  };
}

/** Features do not change, so that they are computed once. */
export function alignStage(sizes: AlignSizes, settings: AlignSettings): Stage {
  return { name: 'align', model: alignModel(sizes, settings), on: 'kept features', trains: () => true };
}

/** Unit vectors [B, E]. */
function projection(name: 'picture' | 'sound' | 'text', features: Tensor, trained: Weights): Tensor {
  const weights = [trained(`${name}_projection.weight`), trained(`${name}_projection.bias`)] as const;
  return l2Normalise(linear(features, ...weights));
}

/** Of rows [B, N] with rows [B, N]: [B, B]. */
function cosines(a: Tensor, b: Tensor): Tensor {
  return matMul(l2Normalise(a), transpose(l2Normalise(b), [1, 0]));
}

/**
 * Cross-entropy both ways, halved, against shares that texts of like meaning have in each other.
 * @param a [B, E], unit vectors; @param b [B, E], unit vectors.
 * @param likeness [B, B], whose softmax over the clips that take part is what is aimed at.
 * @param mask [B], 1 for clips that take part, else 0.
 */
function softContrast(a: Tensor, b: Tensor, likeness: Tensor, mask: Tensor, scale: Tensor): Tensor {
  const count = a.shape[0]!;
  const hidden = expand(multiply(subtract(1, reshape(mask, [1, count])), hiddenScore), [count, count]);
  const shares = softmax(add(likeness, hidden));
  const oneWay = (scores: Tensor) => negate(sum(multiply(shares, logSoftmax(add(scores, hidden))), [1]));
  const scores = multiply(matMul(a, transpose(b, [1, 0])), scale);
  return average(multiply(add(oneWay(scores), oneWay(transpose(scores, [1, 0]))), 0.5), mask);
}
