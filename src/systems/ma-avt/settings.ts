// What a MA-AVT model is made of.
import * as z from 'zod';
import type { VitConfig } from '../../model/vit.ts';
import { settingMeta } from '../../train/setting-fields.ts';

const model = settingMeta('Model');
const count = z.int().min(0).max(1024);
const size = z.int().positive().max(4096);
const factor = z.number().positive().max(100);
const weight = z.number().min(0);

/** The options of a model: everything that neither the backbone nor the data decide. */
export const modelOptionsSchema = z.strictObject({
  modalities: z
    .enum(['both', 'visual', 'audio'])
    .default('both')
    .meta(model('--modalities <which>', 'what the model takes')),
  /** Beside tokens or without any; see adaptation.ts. */
  adaptation: z
    .enum(['none', 'lora', 'bottleneck', 'full'])
    .default('none')
    .meta(
      model(
        '--adaptation <how>',
        'what is trained of the backbone’s blocks: low-rank updates of the attention, a bottleneck after each, or all of it',
      ),
    ),
  rank: size.default(8).meta(model('--rank <number>', 'of LoRA’s updates')),
  bottleneckWidth: size.default(64).meta(model('--bottleneck-width <number>', 'of the bottlenecks')),
  classToken: z
    .enum(['trained', 'frozen'])
    .default('trained')
    .meta(model('--class-token <what>', 'train the class token, or leave it as it is')),
  tokens: z.strictObject({
    audio: count.meta(model('--audio-tokens <number>', 'trainable tokens of the sound alone')),
    visual: count.meta(model('--visual-tokens <number>', 'trainable tokens of the picture alone')),
    shared: count.meta(model('--shared-tokens <number>', 'trainable tokens common to both')),
  }),
  /** See heads.ts. */
  heads: z
    .enum(['paper', 'agreement'])
    .meta(model('--heads <kind>', 'paper: one linear layer each; agreement: one for each modality')),
  soundBands: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .meta(
      model(
        '--sound-bands <number>',
        'bands of frequency that agreement heads hear half-way through the blocks; 0: none',
      ),
    ),
  /** See stems.ts. */
  stems: z
    .enum(['auto', 'none', 'beside', 'alone'])
    .default('none')
    .meta(
      model(
        '--stems <how>',
        'small convolutional nets on picture and sound, trained from nothing: beside the backbone, or alone; auto: beside it where there are clips enough',
      ),
    ),
  /** Brings them to the spread of the pictures that the backbone knows. */
  spectrogramScale: factor.meta(model('--spectrogram-scale <factor>', 'on spectrograms before the backbone')),
  tokenDeviation: factor.meta(model('--token-deviation <value>', 'standard deviation of the tokens at the start')),
  lightSelfAttention: z
    .boolean()
    .meta(model('--no-light-self-attention', 'do not let the tokens of a set attend to each other')),
  layerwise: z
    .enum(['none', 'common'])
    .meta(model('--layerwise <how>', 'put the tokens in once, or afresh before every block')),
  positions: z
    .enum(['stretched', 'exact'])
    .meta(model('--positions <how>', 'stretched: as the reference does; exact: every patch keeps its own')),
  /** After which blocks, and whether each has linear layers of its own. */
  contrastive: z
    .enum(['blockwise-separate', 'blockwise-common', 'final', 'none'])
    .meta(model('--contrastive <where>', 'where picture and sound of one clip are drawn together')),
  temperature: factor.meta(model('--temperature <value>', 'of the contrastive loss')),
  background: z.boolean().meta(model('--no-background', 'do not learn to tell unrelated picture and sound')),
  backgroundFromCls: z.boolean().meta({
    help: 'the background token starts from the backbone’s CLS token; otherwise it is drawn like the other tokens',
  }),
  weights: z.strictObject({
    foreground: weight.meta(model('--foreground-weight <weight>', 'of the class loss')),
    background: weight.meta(model('--background-weight <weight>', 'of the background loss')),
    contrastive: weight.meta(model('--contrastive-weight <weight>', 'of the contrastive loss')),
    own: weight.meta(model('--own-weight <weight>', 'of each modality’s own class loss, with agreement heads')),
  }),
});

/** What `modelOptionsSchema` checks. */
export type ModelOptions = Readonly<z.infer<typeof modelOptionsSchema>>;

/** The options without what cannot be: one modality has no pairs, and the contrastive loss compares shared tokens. */
export function coherentOptions(options: ModelOptions): ModelOptions {
  const { modalities, tokens, contrastive, heads } = options;
  const soundBands = heads === 'paper' || modalities === 'visual' ? 0 : options.soundBands;
  const stems = heads === 'paper' ? 'none' : options.stems;
  if (modalities !== 'both')
    return {
      ...{ ...options, background: false, contrastive: 'none', soundBands, stems },
      tokens: { ...tokens, [modalities === 'visual' ? 'audio' : 'visual']: 0 },
    };
  return { ...options, soundBands, stems, contrastive: tokens.shared === 0 ? 'none' : contrastive };
}

/**
 * Of 223 clips small nets learn less than a linear layer reads off the backbone, of 2,000 more; see docs/results.md.
 */
const clipsForStems = 1000;

/** Whether a data set of so many training clips has stems, where that was left open. */
export function settledStems<Options extends ModelOptions>(options: Options, clips: number): Options {
  if (options.stems !== 'auto') return options;
  return { ...options, stems: clips < clipsForStems ? 'none' : 'beside' };
}

/** What is left of a model that has no more than its stems: they need no backbone. */
export function stemsAlone<Options extends ModelOptions>(options: Options): Options {
  return {
    ...{ ...options, stems: 'alone', heads: 'agreement', adaptation: 'none', classToken: 'frozen', soundBands: 0 },
    ...{
      tokens: { audio: 0, visual: 0, shared: 0 },
      lightSelfAttention: false,
      contrastive: 'none',
      background: false,
    },
    weights: { foreground: 0, background: 0, contrastive: 0, own: 1 },
  };
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
