// What a MA-AVT model is made of.
import * as z from 'zod';
import type { VitConfig } from '../../model/vit.ts';

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

export const tokenKinds = ['audio', 'visual', 'shared'] as const;

/**
 * A model whose token sets already hold what their light self-attentions gave, and that needs no contrastive layers.
 */
export function foldedConfig(config: MaAvtConfig): MaAvtConfig {
  return { ...config, lightSelfAttention: false, contrastive: 'none' };
}
