// Small text encoders with repeatable weights in their files' own names, for tests. The names are spelled out here
// once more: sharing the table under test would hide its mistakes.
import type { NamedTensor } from '../files/safetensors.ts';
import { fromFloat32 } from '../files/tensor-values.ts';
import { createRandom } from '../random.ts';
import type { TextBackboneFile } from './text-backbone-file.ts';

export const miniWidth = 8;
const mlpWidth = 12;
const depth = 2;
const positions = 10;

const pieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'a', 'dog', 'bark', '##s', 'cat', 'the'];

/** WordPiece over ten pieces, with [CLS] and [SEP]. */
export const miniTokenizer = {
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
  },
};

/** Named shapes to tensors of normal numbers. */
function tensorsOf(shapes: readonly (readonly [string, readonly number[]])[]): Map<string, NamedTensor> {
  const random = createRandom('mini-text');
  return new Map(
    shapes.map(([name, shape]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return [
        name,
        fromFloat32(
          Float32Array.from({ length }, () => random.normal()),
          shape,
        ),
      ];
    }),
  );
}

function layer(name: string, outputs: number, inputs: number): [string, number[]][] {
  return [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
}

function norm(name: string): [string, number[]][] {
  return [
    [`${name}.weight`, [miniWidth]],
    [`${name}.bias`, [miniWidth]],
  ];
}

export function miniBert(): TextBackboneFile {
  const blocks = Array.from({ length: depth }, (_, i) => `encoder.layer.${i}`).flatMap((name) => [
    ...['query', 'key', 'value'].flatMap((part) => layer(`${name}.attention.self.${part}`, miniWidth, miniWidth)),
    ...layer(`${name}.attention.output.dense`, miniWidth, miniWidth),
    ...norm(`${name}.attention.output.LayerNorm`),
    ...layer(`${name}.intermediate.dense`, mlpWidth, miniWidth),
    ...layer(`${name}.output.dense`, miniWidth, mlpWidth),
    ...norm(`${name}.output.LayerNorm`),
  ]);
  return {
    name: 'mini',
    tensors: tensorsOf([
      ['embeddings.word_embeddings.weight', [pieces.length, miniWidth]],
      ['embeddings.position_embeddings.weight', [positions, miniWidth]],
      ['embeddings.token_type_embeddings.weight', [2, miniWidth]],
      ...norm('embeddings.LayerNorm'),
      ...blocks,
      ...layer('pooler.dense', miniWidth, miniWidth),
    ]),
    config: { model_type: 'bert', num_attention_heads: 2 },
    tokenizer: miniTokenizer,
  };
}

/** CLIP's tower gives 6 numbers, SigLIP's 8. */
export function miniTower(kind: 'clip' | 'siglip'): TextBackboneFile {
  const blocks = Array.from({ length: depth }, (_, i) => `text_model.encoder.layers.${i}`).flatMap((name) => [
    ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((part) =>
      layer(`${name}.self_attn.${part}`, miniWidth, miniWidth),
    ),
    ...norm(`${name}.layer_norm1`),
    ...norm(`${name}.layer_norm2`),
    ...layer(`${name}.mlp.fc1`, mlpWidth, miniWidth),
    ...layer(`${name}.mlp.fc2`, miniWidth, mlpWidth),
  ]);
  return {
    name: 'mini',
    tensors: tensorsOf([
      ['text_model.embeddings.token_embedding.weight', [pieces.length, miniWidth]],
      ['text_model.embeddings.position_embedding.weight', [positions, miniWidth]],
      ...blocks,
      ...norm('text_model.final_layer_norm'),
      ...(kind === 'clip'
        ? [['text_projection.weight', [6, miniWidth]] as [string, number[]]]
        : layer('text_model.head', miniWidth, miniWidth)),
      ['vision_model.post_layernorm.weight', [miniWidth]],
    ]),
    config: { model_type: kind, text_config: { num_attention_heads: 2 } },
    tokenizer: miniTokenizer,
    tokenizerSettings: { pad_token: '[PAD]' },
  };
}
