// A query of words as shares of the classes that an index knows.
import { DuetError } from '../errors.ts';
import { createConcepts, querySpread } from './concepts.ts';

export type QueryClass = {
  readonly label: string;
  /** How much of the query it is, 0 to 1. */
  readonly share: number;
};

export type ReadQuery = {
  /** [K]: shares of the classes, zeros where none is near enough. A window's score is the product with its own. */
  readonly spread: Float32Array;
  /** Those with a share worth naming, largest first. */
  readonly classes: readonly QueryClass[];
  readonly nearest: { readonly label: string; readonly likeness: number };
};

/**
 * The cosine of words and a class name below which the word pieces mean nothing to each other: of 18 phrases that
 * describe one of 24 classes it lets all through, and of 22 words that do not it holds 21 back.
 */
export const leastLikeness = 0.4;
const shareWorthNaming = 0.05;

/**
 * A class's own name is that class; other words are spread by meaning.
 * @param embed unit vectors of an encoder that was trained on English.
 * @throws DuetError for a query without words, and for one in letters that the encoder does not know.
 */
export async function readQuery(
  words: string,
  labels: readonly string[],
  embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>,
): Promise<ReadQuery> {
  const asked = checkNotEmpty(words);
  const own = labels.findIndex((label) => spoken(label) === asked);
  if (own >= 0) {
    const spread = new Float32Array(labels.length);
    spread[own] = 1;
    return summary(spread, labels, 1);
  }
  if (/(?!\p{Script=Latin})\p{Letter}/u.test(asked))
    throw new DuetError(
      `The text encoder knows English only, and "${words}" is in other letters; ` +
        `say it in English, or as a class is called: ${named(labels)}.`,
    );
  const [query, ...names] = await embed([asked, ...labels.map(spoken)]);
  const likeness = names.map((name) => product(name, query!));
  const best = likeness.reduce((most, value) => Math.max(most, value), 0);
  const width = query!.length;
  const vectors = new Float32Array(labels.length * width);
  for (const [row, name] of names.entries()) vectors.set(name, row * width);
  const spread = querySpread(query!, createConcepts(vectors, width));
  return best < leastLikeness
    ? { ...summary(spread, labels, best), spread: spread.fill(0), classes: [] }
    : summary(spread, labels, best);
}

/** @throws DuetError for a query without words, and for one in letters that a text encoder for English does not know. */
export function checkWords(words: string): void {
  if (/(?!\p{Script=Latin})\p{Letter}/u.test(checkNotEmpty(words)))
    throw new DuetError(`The text encoder knows English only, and "${words}" is in other letters; say it in English.`);
}

/** The words as people say them. */
function checkNotEmpty(words: string): string {
  const asked = spoken(words);
  if (!/[\p{Letter}\p{Number}]/u.test(asked)) throw new DuetError('The query has no words; say what to look for.');
  return asked;
}

function summary(spread: Float32Array, labels: readonly string[], likeness: number): ReadQuery {
  const classes = labels.map((label, index) => ({ label, share: spread[index]! })).sort((a, b) => b.share - a.share);
  return {
    spread,
    classes: classes.filter(({ share }) => share >= shareWorthNaming),
    nearest: { label: classes[0]?.label ?? '', likeness },
  };
}

/** As people say it: file names join words by lines and hyphens. */
function spoken(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
}

const namesShown = 12;

/** Some of the classes, for a sentence. */
export function named(labels: readonly string[]): string {
  const rest = labels.length - namesShown;
  return rest > 0 ? `${labels.slice(0, namesShown).join(', ')} and ${rest} more` : labels.join(', ');
}

function product(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, value, i) => total + value * b[i]!, 0);
}
