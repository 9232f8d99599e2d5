// What a MA-AVT model is made of, and the trainable parameters that follow from it.
import type { Shape } from '../graph/tensor.ts';
import type { VitConfig } from './vit.ts';

export type Contrastive = 'blockwise-separate' | 'blockwise-common' | 'final' | 'none';

export type MaAvtConfig = {
  readonly vit: VitConfig;
  readonly classes: number;
  /** How many tokens of each kind. */
  readonly tokens: { readonly audio: number; readonly visual: number; readonly shared: number };
  /** Whether each token set first passes a light self-attention. */
  readonly lightSelfAttention: boolean;
  /** Whether there is a background token with its head. */
  readonly background: boolean;
  readonly contrastive: Contrastive;
  /** Put the tokens in at block 0 only, or afresh before every block. */
  readonly layerwise: 'none' | 'common';
  /** How the position table meets a sequence with a background token. */
  readonly positions: 'stretched' | 'exact';
  readonly temperature: number;
  readonly weights: { readonly foreground: number; readonly background: number; readonly contrastive: number };
};

export const embeddingWidth = 512;

/** How a parameter starts: a unit normal, PyTorch's default for linear layers (uniform in +-1/sqrt(fanIn)), or the backbone's CLS token. */
export type Initialisation = { readonly kind: 'normal' } | { readonly kind: 'linear'; readonly fanIn: number } | { readonly kind: 'cls' };

export type ParameterSpecification = { readonly shape: Shape; readonly initialisation: Initialisation };

/** Every trainable parameter of a model by name, in a fixed order. */
export function trainableParameters(config: MaAvtConfig): ReadonlyMap<string, ParameterSpecification> {
  const { width, depth } = config.vit;
  const parameters = new Map<string, ParameterSpecification>();
  const linear = (name: string, outputs: number, inputs: number) => {
    parameters.set(`${name}.weight`, { shape: [outputs, inputs], initialisation: { kind: 'linear', fanIn: inputs } });
    parameters.set(`${name}.bias`, { shape: [outputs], initialisation: { kind: 'linear', fanIn: inputs } });
  };
  parameters.set('cls_token', { shape: [1, width], initialisation: { kind: 'cls' } });
  if (config.background) parameters.set('background_token', { shape: [1, width], initialisation: { kind: 'normal' } });
  for (const kind of ['audio', 'visual', 'shared'] as const) {
    parameters.set(`${kind}_tokens`, { shape: [config.tokens[kind], width], initialisation: { kind: 'normal' } });
    if (!config.lightSelfAttention) continue;
    linear(`${kind}_attention.qkv`, 3 * width, width);
    linear(`${kind}_attention.proj`, width, width);
  }
  for (const modality of ['audio', 'visual'] as const) {
    if (config.contrastive === 'blockwise-separate')
      for (let layer = 0; layer < depth; layer++) linear(`${modality}_projection.${layer}`, embeddingWidth, width);
    else if (config.contrastive !== 'none') linear(`${modality}_projection`, embeddingWidth, width);
  }
  linear('class_head', config.classes, 2 * width);
  if (config.background) linear('background_head', 1, 2 * width);
  return parameters;
}
