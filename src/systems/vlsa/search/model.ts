// The search model over features of the frozen backbone: projections of picture and sound, trained by contrast with
// class names and with pseudo captions. A picture's pseudo caption is the sum of the vectors of its likeliest names, by
// their likelihoods, with the mean of all names taken off. Sound learns words through the pictures that it comes with.
// Shapes: B clips, K names, L classes, T numbers of a text's vector, E of a projection.
import {
  l2Normalise,
  linear,
  matMul,
  mean,
  multiply,
  reshape,
  softmax,
  subtract,
  sum,
  transpose,
} from '../../../graph/functions.ts';
import type { Tensor } from '../../../graph/tensor.ts';
import type { Model, Tensors } from '../../../model/model.ts';
import type { ParameterSpecification } from '../../../model/parameters.ts';
import { rowWidths } from '../../../model/row-encoder.ts';
import type { VitConfig, Weights } from '../../../model/vit.ts';
import { alignModel, defaultAlignSettings } from '../align.ts';
import { spreadScale } from './vectors.ts';

export type SearchSizes = {
  /** L */
  readonly labels: number;
  /** K */
  readonly names: number;
  /** T */
  readonly text: number;
  /** E */
  readonly width: number;
};

/** Vectors of the names [K, T] and of the classes [L, T]: they are computed before training, which leaves them. */
const given: readonly string[] = ['names', 'classes'];

export function isGiven(parameter: string): boolean {
  return given.includes(parameter);
}

export type SearchModels = {
  /** Inputs: what `StretchFeatures` has, and `label` [L], zeros where there is none. Target: `counted`. */
  readonly training: Model;
  /**
   * Inputs: what `StretchFeatures` has. Answers: unit vectors `picture_vector` and `sound_vector` [B, E] and `name_vector`
   * [B, T], the pseudo caption, all zeros where there is no picture or sound; and the cosines of picture and sound with
   * the classes, `by_picture` and `by_sound` [B, L].
   */
  readonly folded: Model;
};

export function searchModels(sizes: SearchSizes, backbone: Pick<VitConfig, 'width'>): SearchModels {
  const { visual: picture, audio: sound } = rowWidths(backbone);
  const aligned = alignModel({ picture, sound, text: sizes.text, width: sizes.width }, defaultAlignSettings);
  const vectors = (count: number): ParameterSpecification => ({
    shape: [count, sizes.text],
    initialisation: { kind: 'value', value: 0 },
  });
  const parameters = new Map([
    ...aligned.parameters,
    ['names', vectors(sizes.names)],
    ['classes', vectors(sizes.labels)],
  ]);
  const inputs = { picture: [picture], sound: [sound], likely: [sizes.names], has_picture: [], has_sound: [] };
  const training: Model = {
    parameters,
    inputs: { ...inputs, label: [sizes.labels] },
    targets: aligned.targets,
    encode: (given) => given,
    losses({ likely, label, ...rest }, targets, trained) {
      const texts = {
        pseudo: pseudoCaption(likely!, trained),
        caption: subtract(matMul(label!, trained('classes')), common(trained)),
        has_caption: sum(label!, [1]),
      };
      return aligned.losses({ ...rest, ...texts }, targets, trained);
    },
    answers,
  };
  return { training, folded: { ...training, inputs } };
}

function answers(inputs: Tensors, _: Weights, trained: Weights): Tensors {
  const projected = (name: string, features: Tensor) =>
    l2Normalise(linear(features, trained(`${name}_projection.weight`), trained(`${name}_projection.bias`)));
  const where = (vectors: Tensor, has: Tensor) => multiply(vectors, reshape(has, [has.shape[0]!, 1]));
  const picture = where(projected('picture', inputs.picture!), inputs.has_picture!);
  const sound = where(projected('sound', inputs.sound!), inputs.has_sound!);
  const names = where(pseudoCaption(inputs.likely!, trained), inputs.has_picture!);
  const texts = subtract(trained('classes'), common(trained));
  const named = l2Normalise(texts);
  // A class is asked for as words near it are: spread over the classes by meaning.
  const shares = softmax(multiply(matMul(named, transpose(named, [1, 0])), spreadScale));
  const spoken = transpose(l2Normalise(matMul(shares, projected('text', texts))), [1, 0]);
  return {
    ...{ picture_vector: picture, sound_vector: sound, name_vector: names },
    by_picture: matMul(picture, spoken),
    by_sound: matMul(sound, spoken),
  };
}

/** Unit vectors [B, T]; zeros for likelihoods that are all 0. */
function pseudoCaption(likely: Tensor, trained: Weights): Tensor {
  return l2Normalise(matMul(likely, subtract(trained('names'), common(trained))));
}

/** [T]: what all names have in common. */
function common(trained: Weights): Tensor {
  return mean(trained('names'), [0]);
}
