// A text as the numbers of its pieces, by the tokenizer.json that comes with an encoder.
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { DuetError, messageOf } from '../errors.ts';
import { checkSchema } from '../files/schema-error.ts';

export type TokenisedText = {
  /** The pieces, with the special tokens that the encoder was trained with. */
  readonly ids: readonly number[];
  /** Share of the text's own pieces that the vocabulary does not have, 0 to 1; 0 for a text without pieces. */
  readonly unknownShare: number;
};

export type TextTokenizer = {
  /** One more than the largest number of a piece. */
  readonly size: number;
  /** What fills a shorter text up. */
  readonly padding: number;
  /** @param longest number of pieces, special tokens included; the end of a longer text is cut off. */
  encode(text: string, longest: number): TokenisedText;
};

const tokenizerSchema = z.looseObject({
  model: z.looseObject({
    type: z.enum(['WordPiece', 'BPE', 'Unigram']).optional(),
    vocab: z.union([z.record(z.string(), z.number()), z.array(z.tuple([z.string(), z.number()]))]),
    unk_token: z.string().nullish(),
    unk_id: z.number().nullish(),
  }),
});

const settingsSchema = z.looseObject({
  pad_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
});

/** What a file may leave out, and the library asks for. */
const withoutSteps = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };

/**
 * @param json a parsed tokenizer.json: WordPiece, BPE or Unigram.
 * @param settings the parsed tokenizer_config.json beside it, if there is one.
 * @param name what messages call the encoder.
 * @throws DuetError when it is none.
 */
export function createTextTokenizer(json: unknown, settings: unknown, name: string): TextTokenizer {
  const { model } = checkSchema(tokenizerSchema, json, `${name}'s tokenizer.json`);
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer({ ...withoutSteps, ...(json as object) }, (settings ?? {}) as object);
  } catch (error) {
    throw new DuetError(`${name}'s tokenizer.json is none that Duet can use (${messageOf(error)}); get a fresh copy.`, {
      cause: error,
    });
  }
  const { pad_token: padding } = checkSchema(settingsSchema, settings ?? {}, `${name}'s tokenizer_config.json`);
  const unknown = model.unk_id ?? (model.unk_token ? tokenizer.token_to_id(model.unk_token) : undefined);
  const encode = (text: string, options?: { add_special_tokens: false }): readonly number[] =>
    tokenizer.encode(text, options).ids;
  // What ends every text, as [SEP] does: it stays where a text is cut.
  const ending = encode('').at(-1);
  const ofPieces = Array.isArray(model.vocab) ? model.vocab.keys() : Object.values(model.vocab);
  const numbers = [...ofPieces, ...tokenizer.get_added_tokens_decoder().keys()];
  return {
    size: numbers.reduce((most, number) => Math.max(most, number + 1), 0),
    padding: tokenizer.token_to_id((typeof padding === 'string' ? padding : padding?.content) ?? '') ?? 0,
    encode(text, longest) {
      const own = encode(text, { add_special_tokens: false });
      const unknownShare = own.length === 0 ? 0 : own.filter((id) => id === unknown).length / own.length;
      const ids = encode(text);
      if (ids.length <= longest) return { ids, unknownShare };
      const cut = ending === undefined ? ids.slice(0, longest) : [...ids.slice(0, longest - 1), ending];
      return { ids: cut, unknownShare };
    },
  };
}
