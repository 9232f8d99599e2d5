// Picture and sound, or one of them alone.
import type { Tensor } from '../../graph/tensor.ts';
import type { ModelOptions } from './settings.ts';

export type Modality = 'visual' | 'audio';

export const modalities = ['visual', 'audio'] as const satisfies Modality[];

export type PerModality = Readonly<Record<Modality, Tensor>>;

/** Undefined for a modality that the model does not take. */
export type PresentModalities = Readonly<Record<Modality, Tensor | undefined>>;

/** The modalities that a model takes, the picture first. */
export function modalitiesOf({ modalities: taken }: Pick<ModelOptions, 'modalities'>): readonly Modality[] {
  return taken === 'both' ? modalities : [taken];
}

/** The tensors that are there, the picture's first. */
export function present({ visual, audio }: PresentModalities): Tensor[] {
  return [visual, audio].filter((tensor) => tensor !== undefined);
}
