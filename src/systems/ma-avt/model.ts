// MA-AVT (Mahmud et al. 2024, arXiv 2406.04930): one frozen ViT for pictures and spectrograms, adapted by a few tokens
// that are aligned block by block. docs/model.md numbers its steps; the comments here name them.
// Shapes: B clips, P patches, K classes.
import type { Model, Tensors } from '../../model/model.ts';
import { weightsFrom } from '../../model/parameters.ts';
import type { Weights } from '../../model/vit.ts';
import { encode, featureOf } from './encoder.ts';
import { evidenceMaps } from './evidence.ts';
import { type FeatureMasks, type HeadOutputs, heads, readWidth } from './heads.ts';
import { type MaAvtTargets, maAvtLosses } from './losses.ts';
import type { PresentModalities } from './modalities.ts';
import { modulatedGradients } from './modulation.ts';
import { trainableParameters } from './parameters.ts';
import type { MaAvtConfig } from './settings.ts';

/** Maps over the patches that prediction may ask for. */
export const maps = ['attention', 'evidence'] as const;

/**
 * The model.
 * Inputs: `images` [3, height, width], normalised as the backbone asks; `spectrograms` [1, height, width],
 * standardised.
 * Targets: `class_targets` [K], a distribution, zeros for background clips; `background_targets`, 1 for clips whose
 * picture and sound do not belong together; `picture_targets` and `sound_targets` [K], what each shows by itself;
 * `visual_mask` and `audio_mask`, factors on the features that the class heads read.
 * Answers: `class_logits` [B, K]; `background_logits` [B], positive where picture and sound do not belong together, if
 * the model has a background head; by the extras `attention` and `evidence` the maps `visual_attention`,
 * `audio_attention`, `visual_evidence` and `audio_evidence`, [B, P] each.
 * @param modulation `ogm-ge`: gradients of the modality that is ahead are shortened; see modulation.ts.
 */
export function maAvt(config: MaAvtConfig, modulation: 'none' | 'ogm-ge' = 'none'): Model {
  const { vit, classes } = config;
  return {
    parameters: trainableParameters(config),
    inputs: { images: [3, ...vit.inputSize], spectrograms: [1, ...vit.inputSize] },
    targets: {
      class_targets: [classes],
      background_targets: [],
      picture_targets: [classes],
      sound_targets: [classes],
      visual_mask: [readWidth(config, 'visual')],
      audio_mask: [readWidth(config, 'audio')],
    },
    encode: (inputs, frozen, trained) => encode(inputs, frozen, trained, config, mayLearn(trained, config)).features,
    losses(encoded, targets, trained) {
      const outputs = heads(encoded, trained, config, masksOf(targets));
      const { total, ...parts } = maAvtLosses(outputs, encoded, targetsOf(targets), trained, config);
      const attention = mapsOf('attention', featureOf(encoded, 'attention'));
      return { aims: { total }, logged: { ...parts, ...logits(outputs), ...attention } };
    },
    ...(modulation === 'ogm-ge' && {
      gradients(aims, encoded, targets, parameters) {
        const { ownLogits } = heads(encoded, weightsFrom(parameters), config, masksOf(targets));
        return modulatedGradients(aims.total!, ownLogits, encoded, targets.class_targets!, parameters, config);
      },
    }),
    answers(inputs, frozen, trained, extras) {
      const { features, trace } = encode(inputs, frozen, trained, config, false);
      const outputs = heads(features, trained, config, undefined);
      return {
        ...logits(outputs),
        ...(extras.includes('attention') && mapsOf('attention', featureOf(features, 'attention'))),
        ...(extras.includes('evidence') && trace && mapsOf('evidence', evidenceMaps(outputs, trace, config))),
      };
    },
  };
}

/** Constants have no gradients. */
function mayLearn(trained: Weights, config: MaAvtConfig): boolean {
  const [name] = trainableParameters(config).keys();
  return trained(name!).source.kind === 'input';
}

function masksOf({ visual_mask, audio_mask }: Tensors): FeatureMasks {
  return { visual: visual_mask!, audio: audio_mask! };
}

function targetsOf({ class_targets, background_targets, picture_targets, sound_targets }: Tensors): MaAvtTargets {
  return {
    classes: class_targets!,
    background: background_targets!,
    own: { visual: picture_targets!, audio: sound_targets! },
  };
}

function logits({ classLogits, backgroundLogits }: HeadOutputs): Tensors {
  return { class_logits: classLogits, ...(backgroundLogits && { background_logits: backgroundLogits }) };
}

function mapsOf(kind: (typeof maps)[number], { visual, audio }: PresentModalities): Tensors {
  return { ...(visual && { [`visual_${kind}`]: visual }), ...(audio && { [`audio_${kind}`]: audio }) };
}
