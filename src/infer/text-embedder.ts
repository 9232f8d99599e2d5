// Texts to vectors, by a frozen text encoder.
import { input } from '../graph/tensor.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import { textEncoder } from '../model/text-encoder.ts';
import type { OpenSession, Session } from '../runtime/session.ts';
import type { TextBackbone, TextTransformer } from '../weights/text-backbone.ts';

export type TextEmbedder = {
  /** A unit vector for each text, of the encoder's `outputWidth`. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  release(): Promise<void>;
};

/** Texts that are computed at once at most. */
const mostTexts = 16;
/** Pieces to which texts are padded at least: a graph is made for each power of two from here on. */
const shortest = 8;

/** Graphs are loaded as texts of their length come. Release it when done. */
export function openTextEmbedder(encoder: TextBackbone, openSession: OpenSession): TextEmbedder {
  if (encoder.kind === 'word pieces') {
    const { tokenizer, longest } = encoder;
    return {
      embed: async (texts) => texts.map((text) => encoder.vector(tokenizer.encode(text, longest).ids)),
      release: async () => undefined,
    };
  }
  const sessions = new Map<string, Promise<Session>>();
  const sessionFor = (count: number, length: number) => {
    const key = `${count} ${length}`;
    const known = sessions.get(key);
    if (known) return known;
    const opened = openSession(textGraph(encoder, count, length));
    sessions.set(key, opened);
    // What could not be opened is not there to be released.
    opened.catch(() => sessions.delete(key));
    return opened;
  };
  return {
    async embed(texts) {
      // SigLIP was trained on small letters, and not every tokenizer of its kind makes them.
      const asTrained = (text: string) => (encoder.config.kind === 'siglip' ? text.toLowerCase() : text);
      const encoded = texts.map((text) => encoder.tokenizer.encode(asTrained(text), encoder.longest).ids);
      // Texts of about one length pass together.
      const order = [...encoded.keys()].sort((a, b) => encoded[a]!.length - encoded[b]!.length);
      const vectors: Float32Array[] = [];
      for (let start = 0; start < order.length; start += mostTexts) {
        const places = order.slice(start, start + mostTexts);
        const count = texts.length === 1 ? 1 : mostTexts;
        const length = paddedLength(encoder, encoded[places.at(-1)!]!.length);
        const ids = new BigInt64Array(count * length).fill(BigInt(encoder.tokenizer.padding));
        const mask = new Float32Array(count * length);
        for (let row = 0; row < count; row++)
          for (const [column, id] of encoded[places[Math.min(row, places.length - 1)]!]!.entries()) {
            ids[row * length + column] = BigInt(id);
            mask[row * length + column] = 1;
          }
        const { embedding } = await (await sessionFor(count, length)).run({ ids, mask });
        const width = encoder.config.outputWidth;
        for (const [row, place] of places.entries()) vectors[place] = embedding!.slice(row * width, (row + 1) * width);
      }
      return vectors;
    },
    async release() {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}

function textGraph(encoder: TextTransformer, count: number, length: number) {
  const inputs = { ids: input('ids', [count, length], 'int64'), mask: input('mask', [count, length]) };
  const { embedding } = textEncoder(inputs, frozenWeights(encoder.weights), encoder.config);
  return { embedding };
}

/** SigLIP sees its padding, so it is always the whole table. */
function paddedLength({ config, longest }: TextTransformer, pieces: number): number {
  if (config.kind === 'siglip') return config.positions;
  return Math.min(Math.max(shortest, 2 ** Math.ceil(Math.log2(pieces))), longest);
}
