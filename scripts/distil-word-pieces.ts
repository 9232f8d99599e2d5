// Makes assets/word_pieces_128: a BERT-type sentence encoder boiled down to one vector a word piece.
// npm run make:word-pieces -- ENCODER, where ENCODER is a folder or hub name of all-MiniLM-L6-v2.
// Each piece passes the encoder alone, as [CLS] piece [SEP]; the mean over the three tokens is centred, turned to its
// first 128 principal components, and weighted n / (n + 500) for the n-th piece of the vocabulary, as frequent words
// say little (Arora et al. 2017 weight by frequency a / (a + p); by Zipf's law p falls as 1 / n).
import { join } from 'node:path';
import { readJsonClearly } from '../src/files/read-clearly-node.ts';
import { writeSafetensors } from '../src/files/safetensors.ts';
import { fromFloat32 } from '../src/files/tensor-values.ts';
import { ensureFolder, writeFileAtomic } from '../src/files/write-atomic-node.ts';
import { mean } from '../src/graph/functions.ts';
import { input } from '../src/graph/tensor.ts';
import { frozenWeights } from '../src/model/frozen-weights.ts';
import { textEncoder } from '../src/model/text-encoder.ts';
import { createRandom } from '../src/random.ts';
import { nodeSessions } from '../src/runtime/session-node.ts';
import { openTextBackbone } from '../src/weights/open-text-backbone-node.ts';
import type { TextTransformer } from '../src/weights/text-backbone.ts';
import { wordPiecesType } from '../src/weights/word-pieces.ts';

const components = 128;
const halfWeightAt = 500;
const atOnce = 128;
const folder = 'assets/word_pieces_128';

/** Rows of `width` numbers. */
type Rows = { readonly values: Float64Array; readonly width: number; readonly count: number };

const source = process.argv[2];
if (source === undefined) throw new Error('name the encoder: npm run make:word-pieces -- FOLDER');
const encoder = await openTextBackbone(source);
if (encoder.kind !== 'transformer' || encoder.config.pooling !== 'mean')
  throw new Error(`${source} is no encoder of the type bert that takes its tokens' mean`);
const { model } = (await readJsonClearly(join(source, 'tokenizer.json'))) as {
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
};
const vocabulary = Object.entries(model.vocab).sort(([, a], [, b]) => a - b);
const words = vocabulary.filter(([piece]) => /^(##)?[a-z0-9]+$/.test(piece));
const marks = vocabulary.filter(([piece]) => /^[!-/:-@[-`{-~]$/.test(piece));
const rows = await encodePieces(
  encoder,
  words.map(([, id]) => id),
);
const projected = project(rows, principalComponents(rows));
const kept = [['[UNK]', 0] as const, ...marks, ...words].map(([piece]) => piece);
const silent = kept.length - words.length;

const scale = new Float32Array(kept.length);
const vectors = new Int8Array(kept.length * components);
for (let word = 0; word < words.length; word++) {
  const row = projected.values.subarray(word * components, (word + 1) * components);
  const weight = word / (word + halfWeightAt);
  const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  scale[silent + word] = (largest * weight) / 127;
  vectors.set(
    row.map((value) => Math.round((value / largest) * 127)),
    (silent + word) * components,
  );
}
await ensureFolder(folder);
const tensors = new Map([
  ['scale', fromFloat32(scale, [kept.length])],
  ['vectors', { dtype: 'I8', shape: [kept.length, components], bytes: new Uint8Array(vectors.buffer) }] as const,
]);
const note =
  'Boiled down by scripts/distil-word-pieces.ts from all-MiniLM-L6-v2 (Apache-2.0); pieces of BERT, uncased (Apache-2.0).';
await writeFileAtomic(join(folder, 'model.safetensors'), writeSafetensors(tensors, { note, from: encoder.hash }));
await writeFileAtomic(
  join(folder, 'config.json'),
  `${JSON.stringify({ model_type: wordPiecesType, longest: encoder.longest })}\n`,
);
await writeFileAtomic(join(folder, 'tokenizer.json'), `${JSON.stringify(tokenizerOf(kept))}\n`);

/** [CLS] piece [SEP] through the encoder, the mean of the three tokens. */
async function encodePieces({ config, weights, tokenizer }: TextTransformer, pieces: readonly number[]): Promise<Rows> {
  const [first = 0, last = 0] = tokenizer.encode('', 2).ids;
  const inputs = { ids: input('ids', [atOnce, 3], 'int64'), mask: input('mask', [atOnce, 3]) };
  const { hidden } = textEncoder(inputs, frozenWeights(weights), config);
  const session = await nodeSessions({ threads: 1 })({ pooled: mean(hidden, [1]) });
  const values = new Float64Array(pieces.length * config.width);
  try {
    for (let start = 0; start < pieces.length; start += atOnce) {
      const part = pieces.slice(start, start + atOnce);
      const ids = Array.from({ length: atOnce }, (_, row) => [first, part[row] ?? 0, last]).flat();
      const feeds = { ids: BigInt64Array.from(ids, BigInt), mask: new Float32Array(atOnce * 3).fill(1) };
      const { pooled } = await session.run(feeds);
      values.set(pooled!.subarray(0, part.length * config.width), start * config.width);
    }
  } finally {
    await session.release();
  }
  return { values, width: config.width, count: pieces.length };
}

/** Centres the rows in place. @returns the directions of greatest variance, by subspace iteration. */
function principalComponents({ values, width, count }: Rows): Float64Array {
  const average = new Float64Array(width);
  for (const [i, value] of values.entries()) average[i % width]! += value / count;
  for (let i = 0; i < values.length; i++) values[i]! -= average[i % width]!;
  const covariance = new Float64Array(width * width);
  for (let start = 0; start < values.length; start += width)
    for (let a = 0; a < width; a++)
      for (let b = 0; b < width; b++) covariance[a * width + b]! += values[start + a]! * values[start + b]!;
  const random = createRandom('word pieces');
  let directions: Float64Array = Float64Array.from({ length: components * width }, () => random.normal());
  for (let round = 0; round < 30; round++)
    directions = orthonormal(multiplied(directions, covariance, components, width), width);
  return directions;
}

/** [rows, width] times [width, width]. */
function multiplied(a: Float64Array, b: Float64Array, count: number, width: number): Float64Array {
  const product = new Float64Array(count * width);
  for (let row = 0; row < count; row++)
    for (let inner = 0; inner < width; inner++)
      for (let column = 0; column < width; column++)
        product[row * width + column]! += a[row * width + inner]! * b[inner * width + column]!;
  return product;
}

/** Gram and Schmidt's, in place. */
function orthonormal(rows: Float64Array, width: number): Float64Array {
  for (let start = 0; start < rows.length; start += width) {
    const own = rows.subarray(start, start + width);
    for (let before = 0; before < start; before += width) {
      const other = rows.subarray(before, before + width);
      const along = dot(own, other);
      for (let i = 0; i < width; i++) own[i]! -= along * other[i]!;
    }
    const length = Math.sqrt(dot(own, own));
    for (let i = 0; i < width; i++) own[i]! /= length;
  }
  return rows;
}

function project({ values, width, count }: Rows, directions: Float64Array): Rows {
  const projected = new Float64Array(count * components);
  for (let row = 0; row < count; row++)
    for (let part = 0; part < components; part++)
      projected[row * components + part] = dot(
        values.subarray(row * width, (row + 1) * width),
        directions.subarray(part * width, (part + 1) * width),
      );
  return { values: projected, width: components, count };
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

/** BERT's uncased tokenizer over fewer pieces, without special tokens. */
function tokenizerOf(pieces: readonly string[]) {
  return {
    version: '1.0',
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
    },
  };
}
