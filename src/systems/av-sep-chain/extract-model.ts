// The mask form on what a frozen backbone sees: mixtures and pictures in, masks out.
// Shapes: B clips, P pictures of each, T samples.
import { reshape, slice, subtract } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Model, Tensors } from '../../model/model.ts';
import { type VitConfig, vit, type Weights } from '../../model/vit.ts';
import { siSdr } from './losses.ts';
import type { MaskConfig } from './mask-config.ts';
import { factorCount } from './mask-form.ts';
import { maskModel } from './mask-model.ts';

export type ExtractConfig = Omit<MaskConfig, 'visualWidth'> & {
  readonly vit: VitConfig;
  /** One: that of the target. Two: also that of what else is in view. */
  readonly pictures: 1 | 2;
};

export function maskConfigOf({ vit, pictures, ...mask }: ExtractConfig): MaskConfig {
  return { ...mask, visualWidth: pictures * vit.width };
}

/**
 * Reads `mixture` [T], `images` [P, 3, height, width] and, in training, `factors` of dropout; is compared with
 * `target` [T]. `encode` applies the frozen backbone only; everything that is trained comes after it.
 */
export function extractModel(config: ExtractConfig, samples: number): Model {
  const mask = maskConfigOf(config);
  const inner = maskModel(mask, samples);
  const seen = ({ mixture, images, ...others }: Tensors, frozen: Weights): Tensors => ({
    ...others,
    ...{ mixture: mixture!, visual: pictureFeatures(images!, frozen, config.vit) },
  });
  return {
    parameters: inner.parameters,
    inputs: {
      mixture: [samples],
      images: [config.pictures, 3, ...config.vit.inputSize],
      factors: [factorCount(mask)],
    },
    targets: inner.targets,
    encode: (inputs, frozen) => seen(inputs, frozen),
    losses: (encoded, targets, trained) => inner.losses(inner.encode(encoded, trained, trained), targets, trained),
    answers: ({ mixture, images }, frozen, trained, extras) =>
      inner.answers(seen({ mixture: mixture!, images: images! }, frozen), frozen, trained, extras),
  };
}

/**
 * The same for evaluation and prediction: reads `mixture` and `images`, and `target`, which is silence where nobody knows
 * it. Answers with the mask, the mixture's ratio of signal to distortion and the gain over it, in decibels.
 */
export function scoringModel(config: ExtractConfig, samples: number): Model {
  const model = extractModel(config, samples);
  const { mixture, images } = model.inputs;
  return {
    ...model,
    inputs: { mixture: mixture!, images: images!, target: [samples] },
    answers(inputs, frozen, trained, extras) {
      const { mask, estimate } = model.answers(inputs, frozen, trained, extras);
      const before = siSdr(inputs.mixture!, inputs.target!);
      return { mask: mask!, before, gain: subtract(siSdr(estimate!, inputs.target!), before) };
    },
  };
}

/** The CLS of each picture after the final norm, side by side: [B, P, 3, height, width] to [B, P width]. */
function pictureFeatures(images: Tensor, frozen: Weights, config: VitConfig): Tensor {
  const [clips, pictures, ...picture] = images.shape as [number, number, number, number, number];
  const { features } = vit(reshape(images, [clips * pictures, ...picture]), frozen, config);
  return reshape(slice(features, 1, 0, 1), [clips, pictures * config.width]);
}
