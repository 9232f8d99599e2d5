// Dividing clips into train, val and test: seeded, stratified by class, and the same whatever order the clips come in.
import { DuetError } from '../errors.ts';
import { createRandom } from '../random/random.ts';
import { byCodeUnits, type Example, groupBy, type Split, splitNames, type UnsplitExample } from './dataset.ts';

/** Shares of val and test; train is the rest. */
export type SplitFractions = { readonly val: number; readonly test: number };
export const defaultFractions: SplitFractions = { val: 0.15, test: 0.15 };

/**
 * Draws splits class by class; every class gets at least one clip in each split.
 * Throws DuetError naming a class with fewer than three clips.
 */
export function drawSplits(examples: readonly UnsplitExample[], seed: number, fractions = defaultFractions): Example[] {
  return stratify(examples, (label, count) => {
    if (count < 3) {
      throw new DuetError(`The class "${label}" has ${count} clips, too few to split into train, val and test; give it at least 3.`);
    }
    const test = clamp(Math.round(count * fractions.test), 1, count - 2);
    const val = clamp(Math.round(count * fractions.val), 1, count - test - 1);
    return { test, val, random: createRandom(seed, 'split', label) };
  });
}

/** Moves a seeded, stratified share of the training clips to val; test clips are never touched. */
export function cutValFromTrain(examples: readonly Example[], seed: number, fraction = defaultFractions.val): Example[] {
  const train = examples.filter((example) => example.split === 'train');
  const cut = stratify(train, (label, count) => {
    if (count < 2) {
      throw new DuetError(
        `The class "${label}" has one training clip, so none can be set aside for val; give it at least 2 or add a val split.`,
      );
    }
    return { test: 0, val: clamp(Math.round(count * fraction), 1, count - 1), random: createRandom(seed, 'val from train', label) };
  });
  return sortById([...examples.filter((example) => example.split !== 'train'), ...cut]);
}

type Share = { readonly test: number; readonly val: number; readonly random: ReturnType<typeof createRandom> };

function stratify(examples: readonly UnsplitExample[], share: (label: string, count: number) => Share): Example[] {
  const result: Example[] = [];
  for (const [label, group] of groupBy(sortById(examples), (example) => example.label)) {
    const { test, val, random } = share(label, group.length);
    random.shuffle(group).forEach((example, index) => {
      result.push({ ...example, split: index < test ? 'test' : index < test + val ? 'val' : 'train' });
    });
  }
  return sortById(result);
}

/** What `splits.json` holds: which clip is in which split. */
export type SplitFile = { readonly version: 1; readonly seed: number; readonly splits: Readonly<Record<Split, readonly string[]>> };

/** The splits of these examples, ready to be written down. */
export function describeSplits(examples: readonly Example[], seed: number): SplitFile {
  const ids = (split: Split) => examples.filter((example) => example.split === split).map((example) => example.id);
  return { version: 1, seed, splits: { train: ids('train'), val: ids('val'), test: ids('test') } };
}

/**
 * Puts each clip in the split the file names. Throws DuetError when the file and the data do not hold the same clips.
 * Returns undefined when they have no clip in common: the file is about other data.
 */
export function applySplits(examples: readonly UnsplitExample[], file: SplitFile): Example[] | undefined {
  const splitOf = splitsById(file);
  const unlisted = examples.filter((example) => !splitOf.has(example.id));
  if (unlisted.length === examples.length) return undefined;
  if (unlisted.length > 0) {
    throw new DuetError(
      `The split file does not list ${unlisted.length} of the ${examples.length} clips (such as "${unlisted[0]!.id}"); the data has changed since it was written, so draw new splits.`,
    );
  }
  if (splitOf.size > examples.length) {
    const present = new Set(examples.map((example) => example.id));
    const gone = [...splitOf.keys()].filter((id) => !present.has(id));
    throw new DuetError(
      `The split file lists ${gone.length} clips that the data does not hold (such as "${gone[0]}"); put them back or draw new splits.`,
    );
  }
  return sortById(examples.map((example) => ({ ...example, split: splitOf.get(example.id)! })));
}

/**
 * As applySplits, but for data that may have grown or shrunk since the file was written: a clip the file does not list
 * keeps the split its data gives it, else counts as test, as nothing was trained on it.
 */
export function applySplitsToChanged(examples: readonly UnsplitExample[], file: SplitFile): Example[] | undefined {
  const splitOf = splitsById(file);
  if (!examples.some((example) => splitOf.has(example.id))) return undefined;
  return sortById(examples.map((example) => ({ ...example, split: splitOf.get(example.id) ?? example.split ?? 'test' })));
}

function splitsById(file: SplitFile): ReadonlyMap<string, Split> {
  return new Map(splitNames.flatMap((split) => file.splits[split].map((id) => [id, split] as const)));
}

export function sortById<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => byCodeUnits(a.id, b.id));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
