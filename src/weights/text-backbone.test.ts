// Text encoders against plain loops over their files' own tensors, in double precision.
import { describe, expect, test } from 'vitest';
import type { NamedTensor } from '../files/safetensors.ts';
import { fromFloat32, toFloat32 } from '../files/tensor-values.ts';
import { interpret } from '../graph/interpret.ts';
import { input } from '../graph/tensor.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import { textEncoder } from '../model/text-encoder.ts';
import { miniBert, miniTokenizer, miniTower } from './mini-text.test-data.ts';
import { parseTextBackbone, type TextTransformer } from './text-backbone.ts';
import type { TextBackboneFile } from './text-backbone-file.ts';

const heads = 2;

function open(file: TextBackboneFile): TextTransformer {
  const encoder = parseTextBackbone(file);
  if (encoder.kind !== 'transformer') throw new Error('a transformer is expected');
  return encoder;
}

/** Vectors of texts that are already ids, padded to `length` where they are shorter. */
function vectors({ weights, config }: TextTransformer, texts: readonly (readonly number[])[], length: number) {
  const ids = input('ids', [texts.length, length], 'int64');
  const mask = input('mask', [texts.length, length]);
  const { embedding } = textEncoder({ ids, mask }, frozenWeights(weights), config);
  const padded = texts.flatMap((text) => [...text, ...Array<number>(length - text.length).fill(0)]);
  const shown = texts.flatMap((text) => Array.from({ length }, (_, i) => Number(i < text.length)));
  const feeds = new Map([
    [ids, padded],
    [mask, shown],
  ]);
  const [values] = interpret([embedding], feeds);
  const width = config.outputWidth;
  return texts.map((_, i) => [...values!.subarray(i * width, (i + 1) * width)]);
}

type Row = readonly number[];

const sumOf = (values: Row) => values.reduce((total, value) => total + value, 0);
const dot = (a: Row, b: Row) => sumOf(a.map((value, i) => value * b[i]!));
const plus = (a: Row, b: Row) => a.map((value, i) => value + b[i]!);
const unit = (row: Row) => row.map((value) => value / Math.sqrt(dot(row, row)));

/** Layers by the names in a file. */
function layers(tensors: ReadonlyMap<string, NamedTensor>) {
  const values = (name: string): Row => [...toFloat32(tensors.get(name)!)];
  const rows = (name: string): Row[] => {
    const [count = 0, width = 0] = tensors.get(name)!.shape;
    return Array.from({ length: count }, (_, i) => values(name).slice(i * width, (i + 1) * width));
  };
  const linear = (name: string) => (x: Row) =>
    rows(`${name}.weight`).map(
      (weights, i) => dot(weights, x) + (tensors.has(`${name}.bias`) ? values(`${name}.bias`)[i]! : 0),
    );
  const norm = (name: string, epsilon: number) => (x: Row) => {
    const mean = sumOf(x) / x.length;
    const deviation = Math.sqrt(sumOf(x.map((value) => (value - mean) ** 2)) / x.length + epsilon);
    return x.map(
      (value, i) => ((value - mean) / deviation) * values(`${name}.weight`)[i]! + values(`${name}.bias`)[i]!,
    );
  };
  const attention = (
    parts: readonly [string, string, string, string],
    x: Row[],
    sees: (from: number, to: number) => boolean,
  ) => {
    const [query, key, value] = [parts[0], parts[1], parts[2]].map((part) => x.map(linear(part))) as Row[][] as [
      Row[],
      Row[],
      Row[],
    ];
    const width = x[0]!.length / heads;
    const mixed = x.map((_, from) =>
      Array.from({ length: heads }, (_, head) => {
        const own = (row: Row) => row.slice(head * width, (head + 1) * width);
        const shares = x.map((_, to) =>
          sees(from, to) ? Math.exp(dot(own(query[from]!), own(key[to]!)) / Math.sqrt(width)) : 0,
        );
        return Array.from({ length: width }, (_, i) =>
          sumOf(shares.map((share, to) => (share / sumOf(shares)) * own(value[to]!)[i]!)),
        );
      }).flat(),
    );
    return mixed.map(linear(parts[3]));
  };
  return { rows, linear, norm, attention };
}

const exactGelu = (x: number) => {
  // The normal distribution by Simpson's rule, far finer than the tolerance.
  const steps = 2000;
  const h = x / steps;
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  const inner = Array.from({ length: steps - 1 }, (_, i) => (i % 2 === 0 ? 4 : 2) * density((i + 1) * h));
  return x * (0.5 + ((density(0) + density(x) + sumOf(inner)) * h) / 3);
};
const quickGelu = (x: number) => x / (1 + Math.exp(-1.702 * x));
const tanhGelu = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

function bertByHand({ tensors }: TextBackboneFile, ids: Row): Row {
  const { rows, linear, norm, attention } = layers(tensors);
  const [type] = rows('embeddings.token_type_embeddings.weight');
  const places = rows('embeddings.position_embeddings.weight');
  let x = ids.map((id, i) => plus(plus(rows('embeddings.word_embeddings.weight')[id]!, places[i]!), type!));
  x = x.map(norm('embeddings.LayerNorm', 1e-12));
  for (const name of ['encoder.layer.0', 'encoder.layer.1']) {
    const own = `${name}.attention`;
    const parts = [`${own}.self.query`, `${own}.self.key`, `${own}.self.value`, `${own}.output.dense`] as const;
    const attended = attention(parts, x, () => true);
    x = x.map((row, i) => norm(`${own}.output.LayerNorm`, 1e-12)(plus(row, attended[i]!)));
    const inner = x.map((row) =>
      linear(`${name}.output.dense`)(linear(`${name}.intermediate.dense`)(row).map(exactGelu)),
    );
    x = x.map((row, i) => norm(`${name}.output.LayerNorm`, 1e-12)(plus(row, inner[i]!)));
  }
  return unit(x.reduce(plus));
}

function towerByHand({ tensors }: TextBackboneFile, ids: Row, kind: 'clip' | 'siglip'): Row {
  const { rows, linear, norm, attention } = layers(tensors);
  const epsilon = kind === 'clip' ? 1e-5 : 1e-6;
  const places = rows('text_model.embeddings.position_embedding.weight');
  let x = ids.map((id, i) => plus(rows('text_model.embeddings.token_embedding.weight')[id]!, places[i]!));
  for (const name of ['text_model.encoder.layers.0', 'text_model.encoder.layers.1']) {
    const parts = ['q_proj', 'k_proj', 'v_proj', 'out_proj'].map((part) => `${name}.self_attn.${part}`);
    const attended = attention(
      parts as [string, string, string, string],
      x.map(norm(`${name}.layer_norm1`, epsilon)),
      (from, to) => kind === 'siglip' || to <= from,
    );
    x = x.map((row, i) => plus(row, attended[i]!));
    const activation = kind === 'clip' ? quickGelu : tanhGelu;
    const inner = x.map((row) =>
      linear(`${name}.mlp.fc2`)(linear(`${name}.mlp.fc1`)(norm(`${name}.layer_norm2`, epsilon)(row)).map(activation)),
    );
    x = x.map((row, i) => plus(row, inner[i]!));
  }
  const last = norm('text_model.final_layer_norm', epsilon)(x.at(-1)!);
  return unit(linear(kind === 'clip' ? 'text_projection' : 'text_model.head')(last));
}

const long = [2, 4, 5, 6, 7, 3];
const short = [2, 8, 3];

function expectClose(ours: Row, theirs: Row): void {
  // The table of positions is kept in single precision, with the token's type added.
  for (const [i, value] of theirs.entries()) expect(ours[i]).toBeCloseTo(value, 7);
}

describe('the graph is what plain loops over the file compute', () => {
  test('of BERT with its tokens` mean, and padding changes nothing', () => {
    const file = miniBert();
    const [first, second] = vectors(open(file), [long, short], 8);
    expectClose(first!, bertByHand(file, long));
    expectClose(second!, bertByHand(file, short));
  });

  test('of CLIP`s tower, read at the last token', () => {
    const file = miniTower('clip');
    const [first, second] = vectors(open(file), [long, short], 8);
    expectClose(first!, towerByHand(file, long, 'clip'));
    expectClose(second!, towerByHand(file, short, 'clip'));
  });

  test('of SigLIP`s tower, which sees its padding', () => {
    const file = miniTower('siglip');
    const padded = [...long, 0, 0, 0, 0];
    expectClose(vectors(open(file), [long], 10)[0]!, towerByHand(file, padded, 'siglip'));
  });
});

describe('files', () => {
  test('names with the prefix of a larger model and of the first BERT files are the same encoder', () => {
    const file = miniBert();
    const renamed = new Map(
      [...file.tensors].map(([name, tensor]) => [
        `bert.${name}`.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
        tensor,
      ]),
    );
    expect(open({ ...file, tensors: renamed }).hash).toBe(open(file).hash);
  });

  test('the hash depends on weights, heads, pooling and vocabulary', () => {
    const file = miniBert();
    const changed = new Map(file.tensors);
    changed.set('encoder.layer.1.output.dense.bias', fromFloat32(new Float32Array(8), [8]));
    const { cat, ...vocab } = miniTokenizer.model.vocab;
    const others: TextBackboneFile[] = [
      file,
      { ...file, tensors: changed },
      { ...file, config: { model_type: 'bert', num_attention_heads: 4 } },
      { ...file, pooling: { pooling_mode_cls_token: true } },
      { ...file, tokenizer: { ...miniTokenizer, model: { ...miniTokenizer.model, vocab: { ...vocab, bird: cat } } } },
    ];
    expect(new Set(others.map((other) => open(other).hash)).size).toBe(others.length);
  });

  test('a text longer than the encoder reads keeps its end mark', () => {
    const { tokenizer } = open(miniBert());
    expect(tokenizer.encode('a dog barks the cat', 10).ids).toEqual([2, 4, 5, 6, 7, 9, 8, 3]);
    expect(tokenizer.encode('a dog barks the cat', 5).ids).toEqual([2, 4, 5, 6, 3]);
  });

  test('a table of word pieces gives the mean of a text`s pieces, and must be whole', () => {
    const tokenizer = { ...miniTokenizer, post_processor: null };
    const vectors = (dtype: 'I8' | 'U8'): NamedTensor => {
      const bytes = new Uint8Array(Int8Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? i : -i)).buffer);
      return { dtype, shape: [10, 3], bytes };
    };
    const scale = fromFloat32(
      Float32Array.from({ length: 10 }, (_, piece) => piece / 2),
      [10],
    );
    const table = (tensors: Record<string, NamedTensor>) =>
      parseTextBackbone({
        name: 'mini',
        tensors: new Map(Object.entries(tensors)),
        config: { model_type: 'duet-word-pieces', longest: 8 },
        tokenizer,
      });
    const encoder = table({ vectors: vectors('I8'), scale });
    if (encoder.kind !== 'word pieces') throw new Error('a table is expected');
    // Pieces 4 and 5 have the rows 12, -13, 14 and -15, 16, -17, times 2 and 2.5.
    const sum = [2 * 12 - 2.5 * 15, -2 * 13 + 2.5 * 16, 2 * 14 - 2.5 * 17];
    expectClose([...encoder.vector(encoder.tokenizer.encode('a dog', 8).ids)], unit(sum));
    expect(() => table({ scale })).toThrow(/no table of word pieces: it needs 'vectors'/);
    expect(() => table({ vectors: vectors('U8'), scale })).toThrow(/'vectors' must be of the type I8/);
  });

  const file = miniBert();
  const without = new Map(file.tensors);
  without.delete('encoder.layer.0.output.dense.weight');
  const narrow = new Map(file.tensors).set('embeddings.LayerNorm.bias', fromFloat32(new Float32Array(7), [7]));
  const infinite = new Map(file.tensors).set(
    'embeddings.LayerNorm.bias',
    fromFloat32(new Float32Array(8).fill(Number.NaN), [8]),
  );
  const { model } = miniTokenizer;
  const larger = { ...miniTokenizer, model: { ...model, vocab: { ...model.vocab, bird: 10 } } };
  test.each<[string, Partial<TextBackboneFile>, RegExp]>([
    ['a tokenizer of another model', { tokenizer: larger }, /has 11 pieces and its weights have 10/],
    ['a model of another kind', { config: { model_type: 't5' } }, /type 't5'.*bert, clip and siglip/],
    ['a missing tensor', { tensors: without }, /'encoder.layer.0.output.dense.weight' is missing/],
    ['a tensor of another shape', { tensors: narrow }, /should have shape \[8\] and has \[7\]/],
    ['numbers that are not finite', { tensors: infinite }, /not finite/],
    ['heads that do not divide', { config: { model_type: 'bert', num_attention_heads: 3 } }, /into 3 heads/],
    ['an unknown activation', { config: { model_type: 'bert', hidden_act: 'swish' } }, /'hidden_act'/],
    ['relative positions', { config: { model_type: 'bert', position_embedding_type: 'relative_key' } }, /'position_e/],
    ['a layer after the pooling', { modules: [{ type: 'sentence_transformers.models.Dense' }] }, /models\.Dense/],
    ['another pooling', { pooling: { pooling_mode_max_tokens: true } }, /pools its tokens in a way/],
    ['no tokenizer', { tokenizer: {} }, /tokenizer\.json.*'model' is missing/],
    [
      'a tokenizer of an unknown kind',
      { tokenizer: { model: { type: 'Magic', vocab: {} } } },
      /tokenizer\.json.*'model\.type'/,
    ],
  ])('%s is refused in one sentence', (_, change, message) => {
    expect(() => parseTextBackbone({ ...file, ...change })).toThrow(message);
  });
});
