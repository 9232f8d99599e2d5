// What a prompt must be to mean something to a text encoder, and which encoder an adapter was made with.
import { DuetError } from '../errors.ts';
import type { TextBackbone } from './text-backbone.ts';

/** Enough for a paragraph; encoders read less, and a tokenizer's patterns may take long over more. */
const mostCharacters = 1000;
const mostUnknown = 0.5;

/**
 * The prompt without blanks at its ends.
 * @throws DuetError when it is empty, too long, or mostly in pieces that the encoder does not know.
 */
export function checkPrompt(prompt: string, { tokenizer, longest, source }: TextBackbone): string {
  const text = prompt.trim();
  if (text === '') throw new DuetError('The prompt is empty; say what to look for, such as "a dog barks".');
  if (text.length > mostCharacters)
    throw new DuetError(
      `The prompt "${text.slice(0, 20)}..." has ${text.length} characters; use at most ${mostCharacters}.`,
    );
  const { unknownShare } = tokenizer.encode(text, longest);
  if (unknownShare > mostUnknown)
    throw new DuetError(
      `The text encoder '${source}' does not know the language of "${text.slice(0, 40)}" (${Math.round(100 * unknownShare)} per cent of its pieces are unknown); use English, or an encoder of that language.`,
    );
  return text;
}

/** What an adapter keeps of the text encoder that its vectors came from. */
export type TextBackboneRecord = { readonly source: string; readonly hash: string };

/** A DuetError unless it is this very encoder; `name` is what the message calls the adapter. */
export function checkTextBackbone(record: TextBackboneRecord, encoder: TextBackbone, name: string): void {
  if (record.hash === encoder.hash) return;
  throw new DuetError(
    `${name} was made with the text encoder '${record.source}' (${record.hash}), and '${encoder.source}' (${encoder.hash}) is another; use the first.`,
  );
}
