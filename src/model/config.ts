// What a MA-AVT model is made of, and the trainable parameters that follow from it.
import * as z from 'zod';
import type { Shape } from '../graph/tensor.ts';
import { headParameters, linearParameters } from './heads.ts';
import type { VitConfig } from './vit.ts';

const count = z.int().min(0);
const weight = z.number().min(0);

/** The options of a model: everything that neither the backbone nor the data decide. */
export const modelOptionsSchema = z.strictObject({
  /** How many tokens of each kind. */
  tokens: z.strictObject({ audio: count, visual: count, shared: z.int().positive() }),
  /** Whether each token set first passes a light self-attention. */
  lightSelfAttention: z.boolean(),
  /** Whether there is a background token with its head. */
  background: z.boolean(),
  /** After which blocks picture and sound are drawn together, and whether each block has linear layers of its own. */
  contrastive: z.enum(['blockwise-separate', 'blockwise-common', 'final', 'none']),
  /** Put the tokens in at block 0 only, or afresh before every block. */
  layerwise: z.enum(['none', 'common']),
  /** How the position table meets a sequence with a background token. */
  positions: z.enum(['stretched', 'exact']),
  /** What is read off the sequences; see heads.ts. */
  heads: z.enum(['paper', 'agreement']),
  /** Whether BG starts from the backbone's CLS token; otherwise it is drawn like the other tokens. */
  backgroundFromCls: z.boolean(),
  /** Factor on spectrograms, to bring them to the spread of the pictures that the backbone knows. */
  spectrogramScale: z.number().positive(),
  /** Of the contrastive loss. */
  temperature: z.number().positive(),
  /** Standard deviation of the tokens' first values. */
  tokenDeviation: z.number().positive(),
  /** Of the losses. */
  weights: z.strictObject({
    foreground: weight,
    background: weight,
    contrastive: weight,
    /** Of each modality's own class loss, where the heads have one. */
    own: weight,
  }),
});

export type ModelOptions = Readonly<z.infer<typeof modelOptionsSchema>>;

export type MaAvtConfig = ModelOptions & { readonly vit: VitConfig; readonly classes: number };

export const embeddingWidth = 512;

export const tokenKinds = ['audio', 'visual', 'shared'] as const;

/** How a parameter starts: normal about zero, PyTorch's default for linear layers (uniform in +-1/sqrt(fanIn)), one value, or the backbone's CLS token. */
export type Initialisation =
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'linear'; readonly fanIn: number }
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'cls' };

export type ParameterSpecification = { readonly shape: Shape; readonly initialisation: Initialisation };

/** Every trainable parameter of a model by name, in a fixed order. */
export function trainableParameters(config: MaAvtConfig): ReadonlyMap<string, ParameterSpecification> {
  const { width, depth } = config.vit;
  const parameters = new Map<string, ParameterSpecification>();
  const linear = (name: string, outputs: number, inputs: number) => {
    for (const [key, specification] of linearParameters(name, outputs, inputs)) parameters.set(key, specification);
  };
  parameters.set('cls_token', { shape: [1, width], initialisation: { kind: 'cls' } });
  const drawn = { kind: 'normal', deviation: config.tokenDeviation } as const;
  if (config.background)
    parameters.set('background_token', { shape: [1, width], initialisation: config.backgroundFromCls ? { kind: 'cls' } : drawn });
  for (const kind of tokenKinds) {
    if (config.tokens[kind] === 0) continue;
    parameters.set(`${kind}_tokens`, {
      shape: [config.tokens[kind], width],
      initialisation: drawn,
    });
    if (!config.lightSelfAttention) continue;
    linear(`${kind}_attention.qkv`, 3 * width, width);
    linear(`${kind}_attention.proj`, width, width);
  }
  for (const modality of ['audio', 'visual'] as const) {
    if (config.contrastive === 'blockwise-separate')
      for (let layer = 0; layer < depth; layer++) linear(`${modality}_projection.${layer}`, embeddingWidth, width);
    else if (config.contrastive !== 'none') linear(`${modality}_projection`, embeddingWidth, width);
  }
  for (const [key, specification] of headParameters(config)) parameters.set(key, specification);
  return parameters;
}
