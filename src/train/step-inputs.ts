// What the graphs of a training step are fed, and how a batch becomes it.
import { elementCount, input, type Tensor } from '../graph/tensor.ts';
import { pad } from '../infer/predictor.ts';
import { readWidth } from '../systems/ma-avt/heads.ts';
import type { Modality, PerModality } from '../systems/ma-avt/modalities.ts';
import type { MaAvtTargets } from '../systems/ma-avt/model.ts';
import { type MaAvtConfig, trainableParameters } from '../systems/ma-avt/settings.ts';
import type { StepBatch } from './training-step.ts';

/** An input for each trainable parameter, by name. */
export function parameterInputs(config: MaAvtConfig): ReadonlyMap<string, Tensor> {
  return new Map([...trainableParameters(config)].map(([name, { shape }]) => [name, input(name, shape)]));
}

export type PictureInputs = { readonly images: Tensor; readonly spectrograms: Tensor };

/** Inputs for so many clips. */
export function pictureInputs(clips: number, [height, width]: readonly [number, number]): PictureInputs {
  return {
    images: input('images', [clips, 3, height, width]),
    spectrograms: input('spectrograms', [clips, 1, height, width]),
  };
}

export type TargetInputs = { readonly targets: MaAvtTargets; readonly masks: PerModality };

/** Inputs of the losses for so many clips. */
export function targetInputs(clips: number, config: MaAvtConfig): TargetInputs {
  const classes = (name: string) => input(name, [clips, config.classes]);
  const mask = (modality: Modality) => input(`${modality}_mask`, [clips, readWidth(config, modality)]);
  return {
    targets: {
      classes: classes('class_targets'),
      background: input('background_targets', [clips]),
      own: { visual: classes('picture_targets'), audio: classes('sound_targets') },
    },
    masks: { visual: mask('visual'), audio: mask('audio') },
  };
}

/** A batch, filled up with clips that take no part, as what those inputs are fed. */
export function targetFeeds(batch: StepBatch, { targets, masks }: TargetInputs): Record<string, Float32Array> {
  const factors = (modality: Modality) => {
    const length = elementCount(masks[modality].shape);
    return batch.masks ? pad(batch.masks[modality], length) : new Float32Array(length).fill(1);
  };
  const ofClasses = elementCount(targets.classes.shape);
  return {
    class_targets: pad(batch.classTargets, ofClasses),
    background_targets: pad(batch.backgroundTargets, elementCount(targets.background.shape)),
    picture_targets: pad(batch.pictureTargets, ofClasses),
    sound_targets: pad(batch.soundTargets, ofClasses),
    visual_mask: factors('visual'),
    audio_mask: factors('audio'),
  };
}
