// The smallest text encoder: one vector a word piece, boiled down from a larger encoder; a text is their mean.
import { z } from 'zod';
import { DuetError } from '../errors.ts';
import { showShape } from '../files/safetensors.ts';
import { checkSchema } from '../files/schema-error.ts';
import { toFloat32 } from '../files/tensor-values.ts';
import { createContentHash } from './content-hash.ts';
import type { TextBackboneFile } from './text-backbone-file.ts';
import { createTextTokenizer, type TextTokenizer } from './text-tokenizer.ts';

export const wordPiecesType = 'duet-word-pieces';

export type WordPieces = {
  readonly kind: 'word pieces';
  readonly outputWidth: number;
  readonly tokenizer: TextTokenizer;
  readonly longest: number;
  readonly hash: string;
  readonly source: string;
  /** The unit vector of a text, from its pieces without special tokens; zeros for a text without pieces. */
  vector(ids: readonly number[]): Float32Array;
};

const configSchema = z.looseObject({ longest: z.int().positive() });

/** @throws DuetError for files that do not fit each other. */
export function parseWordPieces(file: TextBackboneFile): WordPieces {
  const { name, tensors, source = name } = file;
  const { longest } = checkSchema(configSchema, file.config, `${name}'s config.json`);
  const [vectors, scale] = [tensors.get('vectors'), tensors.get('scale')];
  const [pieces = 0, width = 0] = vectors?.shape ?? [];
  if (vectors?.shape.length !== 2 || !scale || showShape(scale.shape) !== showShape([pieces]))
    throw new DuetError(
      `${name} is no table of word pieces: it needs 'vectors' [pieces, width] and 'scale' [pieces]; get a fresh copy.`,
    );
  if (vectors.dtype !== 'I8')
    throw new DuetError(`${name}: tensor 'vectors' must be of the type I8; get a fresh copy.`);
  const bytes = vectors.bytes.slice();
  const numbers = new Int8Array(bytes.buffer);
  const scales = toFloat32(scale, `${name}: tensor 'scale'`);
  const hash = createContentHash();
  hash.text(`text word pieces ${width}`);
  hash.numbers(new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / Float32Array.BYTES_PER_ELEMENT)));
  hash.numbers(scales);
  return {
    kind: 'word pieces',
    outputWidth: width,
    tokenizer: createTextTokenizer(file.tokenizer, file.tokenizerSettings, name),
    longest,
    hash: hash.digest(),
    source,
    vector(ids) {
      const total = new Float64Array(width);
      for (const id of ids)
        for (let i = 0; i < width; i++) total[i]! += (scales[id] ?? 0) * (numbers[id * width + i] ?? 0);
      const length = Math.hypot(...total) || 1;
      return Float32Array.from(total, (value) => value / length);
    },
  };
}
