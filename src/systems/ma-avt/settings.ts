// What a MA-AVT model is made of, and the trainable parameters that follow from it.
import * as z from 'zod';
import { adaptationParameters } from '../../model/adaptation.ts';
import { linearParameters, type ParameterSpecification } from '../../model/parameters.ts';
import type { VitConfig } from '../../model/vit.ts';
import { headParameters } from './heads.ts';

const count = z.int().min(0);
const weight = z.number().min(0);

/** The options of a model: everything that neither the backbone nor the data decide. */
export const modelOptionsSchema = z.strictObject({
  /** Which of the two the model takes. */
  modalities: z.enum(['both', 'visual', 'audio']).default('both'),
  /** What is trained of the backbone's blocks, beside tokens or without any; see adaptation.ts. */
  adaptation: z.enum(['none', 'lora', 'bottleneck', 'full']).default('none'),
  /** Of LoRA's updates. */
  rank: z.int().positive().default(8),
  /** Of the bottlenecks. */
  bottleneckWidth: z.int().positive().default(64),
  /** Whether the class token is trained. */
  classToken: z.enum(['trained', 'frozen']).default('trained'),
  /** How many tokens of each kind. */
  tokens: z.strictObject({ audio: count, visual: count, shared: count }),
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
  /** Bands of frequency in which agreement heads also read the sound half-way through the blocks; 0: not at all. */
  soundBands: count.default(0),
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

/** The options without what cannot be: one modality has no pairs, and the contrastive loss compares shared tokens. */
export function coherentOptions(options: ModelOptions): ModelOptions {
  const { modalities, tokens, contrastive, heads } = options;
  const soundBands = heads === 'paper' || modalities === 'visual' ? 0 : options.soundBands;
  if (modalities !== 'both')
    return {
      ...{ ...options, background: false, contrastive: 'none', soundBands },
      tokens: { ...tokens, [modalities === 'visual' ? 'audio' : 'visual']: 0 },
    };
  return { ...options, soundBands, contrastive: tokens.shared === 0 ? 'none' : contrastive };
}

export type MaAvtConfig = ModelOptions & {
  readonly vit: VitConfig;
  readonly classes: number;
  /** Along which axis of the spectrogram frequency runs. Default: rows. */
  readonly frequencyAxis?: 'rows' | 'columns' | undefined;
};

export const embeddingWidth = 512;

export const tokenKinds = ['audio', 'visual', 'shared'] as const;

/** Every trainable parameter of a model by name, in a fixed order. */
export function trainableParameters(config: MaAvtConfig): ReadonlyMap<string, ParameterSpecification> {
  const { width, depth } = config.vit;
  const parameters = new Map<string, ParameterSpecification>();
  const linear = (name: string, outputs: number, inputs: number) => {
    for (const [key, specification] of linearParameters(name, outputs, inputs)) parameters.set(key, specification);
  };
  const cls = { kind: 'backbone', weight: 'cls_token' } as const;
  if (config.classToken === 'trained') parameters.set('cls_token', { shape: [1, width], initialisation: cls });
  const drawn = { kind: 'normal', deviation: config.tokenDeviation } as const;
  if (config.background)
    parameters.set('background_token', { shape: [1, width], initialisation: config.backgroundFromCls ? cls : drawn });
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
  for (const [key, specification] of [...adaptationParameters(config), ...headParameters(config)])
    parameters.set(key, specification);
  return parameters;
}
