// A frozen text encoder from a file's tensors and the configurations beside it: BERT with pooling, or the text tower of
// CLIP or SigLIP.
import { z } from 'zod';
import { DuetError } from '../errors.ts';
import { type NamedTensor, showShape } from '../files/safetensors.ts';
import { checkSchema } from '../files/schema-error.ts';
import { allFinite, toFloat32 } from '../files/tensor-values.ts';
import { activations, type TextConfig, textWeightShapes } from '../model/text-encoder.ts';
import { type BackboneWeight, readWhenAsked, staysInFile } from './backbone-weight.ts';
import { createContentHash } from './content-hash.ts';
import type { TextBackboneFile } from './text-backbone-file.ts';
import { nameInFile, type TextKind } from './text-backbone-names.ts';
import { createTextTokenizer, type TextTokenizer } from './text-tokenizer.ts';
import { parseWordPieces, type WordPieces, wordPiecesType } from './word-pieces.ts';

export type TextBackbone = TextTransformer | WordPieces;

export type TextTransformer = {
  readonly kind: 'transformer';
  readonly outputWidth: number;
  readonly config: TextConfig;
  /** By the names of textWeightShapes. */
  readonly weights: ReadonlyMap<string, BackboneWeight>;
  readonly tokenizer: TextTokenizer;
  /** Tokens of a text at most, special ones included; what follows is cut off. */
  readonly longest: number;
  /** The same for the same weights and vocabulary, whatever the file. */
  readonly hash: string;
  /** What opens it again. */
  readonly source: string;
};

const activationName = z.enum(Object.keys(activations) as (keyof typeof activations)[]);
const towerSchema = z.looseObject({
  num_attention_heads: z.int().positive().optional(),
  layer_norm_eps: z.number().positive().optional(),
  hidden_act: activationName.optional(),
  position_embedding_type: z.literal('absolute').optional(),
});
const configSchema = z.looseObject({ model_type: z.string(), text_config: z.unknown().optional() });
const modulesSchema = z.array(z.looseObject({ type: z.string() }));
const poolingSchema = z.looseObject({
  pooling_mode_cls_token: z.boolean().default(false),
  pooling_mode_mean_tokens: z.boolean().default(false),
});
const sentencesSchema = z.looseObject({ max_seq_length: z.int().positive().nullish() });

const defaults = {
  bert: { eps: 1e-12, activation: 'gelu' },
  clip: { eps: 1e-5, activation: 'quick_gelu' },
  siglip: { eps: 1e-6, activation: 'gelu_pytorch_tanh' },
} as const satisfies Record<TextKind, { eps: number; activation: keyof typeof activations }>;

/** @throws DuetError for other kinds of models, and for files that do not fit each other. */
export function parseTextBackbone(file: TextBackboneFile): TextBackbone {
  const { name, tensors, source = name } = file;
  const { model_type: type } = checkSchema(configSchema, file.config, `${name}'s config.json`);
  if (type === wordPiecesType) return parseWordPieces(file);
  const kind = kindOf(type, file);
  const prefix = kind === 'bert' && [...tensors.keys()].some((key) => key.startsWith('bert.')) ? 'bert.' : '';
  const tensorOf = (ours: string): NamedTensor => {
    const inFile = nameInFile(ours, kind, prefix);
    // The first BERT files name scale and shift of their norms otherwise.
    const old = inFile.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta');
    const found = tensors.get(inFile) ?? tensors.get(old);
    if (found) return found;
    throw new DuetError(`${name} is no whole text encoder: the tensor '${inFile}' is missing; get a fresh copy.`);
  };
  const blocks = new Set([...tensors.keys()].map((key) => blockPattern(kind, prefix).exec(key)?.[1]));
  blocks.delete(undefined);
  const config = configOf(file, kind, blocks.size, tensorOf);
  const hash = createContentHash();
  hash.text(`text ${kind} ${config.heads} ${config.pooling} ${config.activation}`);
  hash.text(JSON.stringify((file.tokenizer as { model?: { vocab?: unknown } })?.model?.vocab ?? null));
  const weights = new Map<string, BackboneWeight>();
  for (const [ours, shape] of textWeightShapes(config)) {
    const tensor = tensorOf(ours);
    const what = `${name}: tensor '${nameInFile(ours, kind, prefix)}'`;
    if (showShape(tensor.shape) !== showShape(shape))
      throw new DuetError(
        `${what} should have shape ${showShape(shape)} and has ${showShape(tensor.shape)}; get a fresh copy.`,
      );
    const data = toFloat32(tensor, what);
    if (!allFinite(data)) throw new DuetError(`${what} holds numbers that are not finite; get a fresh copy.`);
    hash.numbers(data);
    weights.set(ours, staysInFile(tensor) ? readWhenAsked(tensor) : { shape, data });
  }
  const types = tensors.get(`${prefix}embeddings.token_type_embeddings.weight`);
  if (kind === 'bert' && types) {
    // Every token of a single text is of type 0, whose vector is added like a position's.
    const type = toFloat32(types).subarray(0, config.width);
    hash.numbers(type);
    const { shape, data } = weights.get('pos_embed')!;
    weights.set('pos_embed', { shape, data: data.map((value, index) => value + type[index % config.width]!) });
  }
  const tokenizer = createTextTokenizer(file.tokenizer, file.tokenizerSettings, name);
  if (tokenizer.size > config.vocabulary)
    throw new DuetError(
      `${name}'s tokenizer.json has ${tokenizer.size} pieces and its weights have ${config.vocabulary}; get both from one model.`,
    );
  return {
    kind: 'transformer',
    outputWidth: config.outputWidth,
    config,
    weights,
    tokenizer,
    longest: longestOf(file, config),
    hash: hash.digest(),
    source,
  };
}

function kindOf(type: string, { name, modules }: TextBackboneFile): TextKind {
  const kind = ({ clip: 'clip', clip_text_model: 'clip', siglip: 'siglip', siglip_text_model: 'siglip' } as const)[
    type
  ];
  if (!kind && type !== 'bert')
    throw new DuetError(
      `${name} is a model of the type '${type}'; as a text encoder Duet opens the types bert, clip and siglip.`,
    );
  const known = /\.(Transformer|Pooling|Normalize)$/;
  const other = checkSchema(modulesSchema.optional(), modules, `${name}'s modules.json`)?.find(
    (module) => !known.test(module.type),
  );
  if (other)
    throw new DuetError(`${name} ends with a module that Duet does not have (${other.type}); choose another encoder.`);
  return kind ?? 'bert';
}

function configOf(
  { name, config, pooling }: TextBackboneFile,
  kind: TextKind,
  depth: number,
  tensorOf: (ours: string) => NamedTensor,
): TextConfig {
  const { text_config: ofTower = config } = checkSchema(configSchema, config, `${name}'s config.json`);
  const tower = checkSchema(towerSchema, ofTower, `${name}'s config.json`);
  const [vocabulary = 0, width = 0] = tensorOf('token_embed.weight').shape;
  const [positions = 0] = tensorOf('pos_embed').shape;
  const [mlpWidth = 0] = tensorOf('blocks.0.mlp.fc1.weight').shape;
  const heads = tower.num_attention_heads ?? width / 64;
  if (width === 0 || width % heads !== 0)
    throw new DuetError(`${name}'s ${width} channels do not divide into ${heads} heads; get a fresh copy.`);
  return {
    kind,
    width,
    depth,
    heads,
    mlpWidth,
    layerNormEpsilon: tower.layer_norm_eps ?? defaults[kind].eps,
    activation: tower.hidden_act ?? defaults[kind].activation,
    pooling: kind === 'bert' ? poolingOf(name, pooling) : 'last',
    positions,
    vocabulary,
    outputWidth: kind === 'bert' ? width : (tensorOf('projection.weight').shape[0] ?? 0),
  };
}

function blockPattern(kind: TextKind, prefix: string): RegExp {
  return new RegExp(`^${nameInFile('blocks.', kind, prefix).replaceAll('.', '\\.')}(\\d+)\\.`);
}

function poolingOf(name: string, pooling: unknown): 'mean' | 'first' {
  if (pooling === undefined) return 'mean';
  const modes = checkSchema(poolingSchema, pooling, `${name}'s 1_Pooling/config.json`);
  if (modes.pooling_mode_mean_tokens === modes.pooling_mode_cls_token)
    throw new DuetError(`${name} pools its tokens in a way that Duet does not have; choose one that takes their mean.`);
  return modes.pooling_mode_mean_tokens ? 'mean' : 'first';
}

function longestOf({ name, sentences }: TextBackboneFile, { kind, positions }: TextConfig): number {
  if (kind !== 'bert') return positions;
  const { max_seq_length: trained } = checkSchema(
    sentencesSchema,
    sentences ?? {},
    `${name}'s sentence_bert_config.json`,
  );
  return Math.min(trained ?? positions, positions);
}
