// The features that the losses read, one by one.
import type { Tensor } from '../../graph/tensor.ts';
import type { Features } from './encoder.ts';
import type { PresentModalities } from './modalities.ts';

export type LossFeatures = Pick<Features, 'cls' | 'background' | 'patchMean' | 'bands' | 'shared'>;

/** The same features, each tensor changed; every one has a name of its own. */
export function mapFeatures(features: LossFeatures, change: (tensor: Tensor, name: string) => Tensor): LossFeatures {
  const both = (part: PresentModalities, name: string): PresentModalities => ({
    visual: part.visual && change(part.visual, `visual.${name}`),
    audio: part.audio && change(part.audio, `audio.${name}`),
  });
  const { cls, background, patchMean, bands, shared } = features;
  return {
    cls: both(cls, 'cls'),
    background: background && both(background, 'background'),
    patchMean: patchMean && both(patchMean, 'patch_mean'),
    bands: bands && both(bands, 'bands'),
    shared: shared.map((part, layer) => both(part, `shared.${layer}`)),
  };
}

/** The features by name. */
export function namedFeatures(features: LossFeatures): ReadonlyMap<string, Tensor> {
  const named = new Map<string, Tensor>();
  mapFeatures(features, (tensor, name) => {
    named.set(name, tensor);
    return tensor;
  });
  return named;
}
