// What is hidden of a clip in training, and which clips are paired: drawn by chance, as BERT (Devlin et al. 2019) masks
// words and masked autoencoders (He et al. 2022) mask patches.
import type { Random } from '../../random.ts';

/** The word pieces that have a meaning of their own. */
export type SpecialWords = {
  readonly pad: number;
  readonly mask: number;
  /** All of them, these two included: they are never masked and never stand in for a word. */
  readonly all: readonly number[];
};

/** Numbers of the patches that are seen, ascending, of `count` in a frame. */
export function drawVisible(count: number, seen: number, random: Random): number[] {
  return random
    .shuffle([...Array(count).keys()])
    .slice(0, seen)
    .sort((a, b) => a - b);
}

/** For masks of frames of `count` patches, one after another, 1 where hidden: numbers of the others in their frame. */
export function visiblePatches(hidden: ArrayLike<number>, count: number): number[] {
  return Array.from(hidden, (value, place) => (value === 0 ? place % count : -1)).filter((number) => number >= 0);
}

export type MaskedWords = {
  /** What the encoder reads. */
  readonly words: number[];
  /** 1 where a word is to be found. */
  readonly hidden: number[];
};

/**
 * Hides `share` of the words that are not special, one at least if there are any: 80 % of these become the mask, 10 %
 * another word, 10 % stay.
 */
export function maskWords(
  words: readonly number[],
  special: SpecialWords,
  vocabulary: number,
  random: Random,
  share = 0.15,
): MaskedWords {
  const places = [...words.keys()].filter((place) => !special.all.includes(words[place]!));
  const count = places.length === 0 ? 0 : Math.max(1, Math.round(share * places.length));
  const masked = [...words];
  const hidden = words.map(() => 0);
  for (const place of random.shuffle(places).slice(0, count)) {
    hidden[place] = 1;
    const fate = random.uniform();
    if (fate < 0.8) masked[place] = special.mask;
    else if (fate < 0.9) masked[place] = drawWord(special, vocabulary, random);
  }
  return { words: masked, hidden };
}

function drawWord({ all }: SpecialWords, vocabulary: number, random: Random): number {
  for (;;) {
    const word = random.integer(vocabulary);
    if (!all.includes(word)) return word;
  }
}

/**
 * Pairs for the matching of a batch: every clip's sound once with its own partner, once with that of another clip (with
 * its own again where there is no other).
 * @returns clips x 2 x (the sound's clip, the partner's clip, 1 if they are one).
 */
export function drawPairs(clips: number, random: Random): number[] {
  return Array.from({ length: clips }, (_, clip) => {
    const other = clips === 1 ? clip : (clip + 1 + random.integer(clips - 1)) % clips;
    return [clip, clip, 1, clip, other, Number(other === clip)];
  }).flat();
}
