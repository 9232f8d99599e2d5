// How clips become inputs for a model on a backbone: the choices, and the settings that follow from them.
import type { InputSettings } from '../data/settings.ts';
import type { FrontEndName } from '../signal/front-ends.ts';
import type { BackboneConfig } from '../weights/backbone.ts';

/** Whose mean and deviation bring pictures to the model's range: those the backbone was trained with, or ImageNet's. */
export type Normalisation = 'backbone' | 'imagenet';

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

export type InputChoices = { readonly frontEnd: FrontEndName; readonly normalisation: Normalisation };

/** How clips become inputs for a model on this backbone. */
export function inputSettings(backbone: BackboneConfig, { frontEnd, normalisation }: InputChoices): InputSettings {
  const { mean, std } = normalisation === 'imagenet' ? imagenet : backbone;
  return {
    imageSize: backbone.inputSize,
    mean,
    std,
    frontEnd,
    spectrogramSize: backbone.inputSize,
    resizeFilter: 'bicubic',
  };
}

/** Whether pictures come to the backbone in another range than it was trained on. */
export function hasOtherRange(backbone: BackboneConfig, choices: InputChoices): boolean {
  const { mean, std } = inputSettings(backbone, choices);
  return String([...mean, ...std]) !== String([...backbone.mean, ...backbone.std]);
}
