// What a training step aims at, as arrays: class distributions and dropout masks.

import { createRandom } from '../../random.ts';
import type { StepBatch } from '../../train/step.ts';
import { readWidth } from './heads.ts';
import type { Modality } from './modalities.ts';
import type { PairBatch } from './pair-batch.ts';
import type { MaAvtConfig } from './settings.ts';
import type { TrainingConfig } from './training-config.ts';

/**
 * A distribution over the classes for each label, [B, K]; zeros where the label is negative.
 * @param smoothing share that is spread over all classes (Szegedy et al. 2016, section 7).
 */
export function classTargets(labels: ArrayLike<number>, classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (let clip = 0; clip < labels.length; clip++) {
    const label = labels[clip]!;
    if (label < 0) continue;
    targets.fill(smoothing / classes, clip * classes, (clip + 1) * classes);
    targets[clip * classes + label]! += 1 - smoothing;
  }
  return targets;
}

/** 1 for labels of background pairs, else 0: [B]. */
export function backgroundTargets(labels: ArrayLike<number>): Float32Array {
  return Float32Array.from(labels, (label) => (label < 0 ? 1 : 0));
}

/**
 * Factors on what the heads read of each modality: zeros for the dropped share, and factors that keep the sum for the
 * rest (Srivastava et al. 2014).
 * @param keys name the draw.
 */
export function dropoutMasks(
  clips: number,
  config: MaAvtConfig,
  rate: number,
  ...keys: readonly (number | string)[]
): { readonly visual: Float32Array; readonly audio: Float32Array } {
  const mask = (modality: Modality) => {
    const random = createRandom('dropout', modality, ...keys);
    const factors = new Float32Array(clips * readWidth(config, modality));
    // A loop: `Float32Array.from` with a function takes three times as long, at every step.
    for (let index = 0; index < factors.length; index++) if (random.uniform() >= rate) factors[index] = 1 / (1 - rate);
    return factors;
  };
  return { visual: mask('visual'), audio: mask('audio') };
}

/** What a step needs of a batch of pairs. */
export type LabelledPairs = Pick<PairBatch, 'images' | 'spectrograms' | 'count'> & {
  readonly [Labels in 'labels' | 'pictureLabels' | 'soundLabels']: ArrayLike<number>;
};

/** A batch of pairs as the step is fed it. @param step counted from 0 over the run, names the draw of the masks. */
export function pairStep(
  batch: LabelledPairs,
  config: MaAvtConfig,
  training: Pick<TrainingConfig, 'labelSmoothing' | 'headDropout' | 'seed'>,
  step: number,
): StepBatch {
  const targets = (ofClips: ArrayLike<number>) => classTargets(ofClips, config.classes, training.labelSmoothing);
  const { headDropout, seed } = training;
  const masks =
    headDropout > 0 ? dropoutMasks(batch.count, config, headDropout, seed, step) : noMasks(batch.count, config);
  return {
    inputs: { images: batch.images, spectrograms: batch.spectrograms },
    targets: {
      class_targets: targets(batch.labels),
      background_targets: backgroundTargets(batch.labels),
      picture_targets: targets(batch.pictureLabels),
      sound_targets: targets(batch.soundLabels),
      visual_mask: masks.visual,
      audio_mask: masks.audio,
    },
  };
}

/** Factors of heads that see everything. */
export function noMasks(clips: number, config: MaAvtConfig): ReturnType<typeof dropoutMasks> {
  const ones = (modality: Modality) => new Float32Array(clips * readWidth(config, modality)).fill(1);
  return { visual: ones('visual'), audio: ones('audio') };
}
