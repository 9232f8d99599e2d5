// Dividing clips into train, val and test: seeded, stratified by class, and the same whatever order the clips come in.
import { DuetError } from '../errors.ts';
import { createRandom } from '../random.ts';
import { labelOf } from './annotation.ts';
import { byCodeUnits, type Example, groupBy, type Split, splitNames, type UnsplitExample } from './dataset.ts';

/** Shares of val and test; train is the rest. */
export type SplitFractions = { readonly val: number; readonly test: number };
export const defaultFractions: SplitFractions = { val: 0.15, test: 0.15 };

/**
 * Draws splits class by class; every class gets at least one clip in each split. Clips of one group stay together, and
 * a class with too few groups to divide is for training alone.
 * Throws DuetError naming a class with fewer than three clips.
 */
export function drawSplits(
  examples: readonly UnsplitExample[],
  seed: number,
  fractions = defaultFractions,
  background?: string,
): Example[] {
  return stratify(examples, background, (label, count, areGroups) => {
    const random = createRandom(seed, 'split', label);
    if (count < 3) {
      if (areGroups) return { test: 0, val: 0, random };
      throw new DuetError(
        `${named(label)} has ${count} clips, too few to split into train, val and test; give it at least 3.`,
      );
    }
    const test = clamp(Math.round(count * fractions.test), 1, count - 2);
    const val = clamp(Math.round(count * fractions.val), 1, count - test - 1);
    return { test, val, random };
  });
}

/** Moves a seeded, stratified share of the training clips to val; test clips are never touched. */
export function cutValFromTrain(
  examples: readonly Example[],
  seed: number,
  fraction = defaultFractions.val,
  background?: string,
): Example[] {
  const train = examples.filter((example) => example.split === 'train');
  const cut = stratify(train, background, (label, count, areGroups) => {
    const random = createRandom(seed, 'val from train', label);
    if (count < 2) {
      if (areGroups) return { test: 0, val: 0, random };
      throw new DuetError(
        `${named(label)} has one training clip, so none can be set aside for val; give it at least 2 or add a val split.`,
      );
    }
    return { test: 0, val: clamp(Math.round(count * fraction), 1, count - 1), random };
  });
  return sortById([...examples.filter((example) => example.split !== 'train'), ...cut]);
}

/** Clips without classes are all of one kind, with the label ''. */
function named(label: string): string {
  return label === '' ? 'The data' : `The class "${label}"`;
}

type Share = { readonly test: number; readonly val: number; readonly random: ReturnType<typeof createRandom> };

/** What goes into a split as a whole: a clip, or all clips of a group. */
export type Unit = { readonly label: string; readonly clips: readonly UnsplitExample[] };

/**
 * `share` is asked for a class and its number of units. A group counts to the rarest of its classes that is not
 * background.
 */
function stratify(
  examples: readonly UnsplitExample[],
  background: string | undefined,
  share: (label: string, count: number, areGroups: boolean) => Share,
): Example[] {
  // Sorted once, as there may be a million.
  const sorted = sortById(examples);
  const splitOf = new Map<UnsplitExample, Split>();
  for (const [label, units] of groupBy(unitsOf(sorted, background), (unit) => unit.label)) {
    const areGroups = units.some(({ clips }) => clips[0]!.group !== undefined);
    const { test, val, random } = share(label, units.length, areGroups);
    random.shuffle(units).forEach(({ clips }, index) => {
      const split: Split = index < test ? 'test' : index < test + val ? 'val' : 'train';
      for (const clip of clips) splitOf.set(clip, split);
    });
  }
  return sorted.map((clip) => ({ ...clip, split: splitOf.get(clip)! }));
}

/** Of clips in the order of their ids. */
export function unitsOf(examples: readonly UnsplitExample[], background: string | undefined): Unit[] {
  if (examples.every(({ group }) => group === undefined))
    return examples.map((clip) => ({ label: labelOf(clip), clips: [clip] }));
  const sizes = new Map([...groupBy(examples, labelOf)].map(([label, clips]) => [label, clips.length]));
  if (background !== undefined) sizes.set(background, Number.POSITIVE_INFINITY);
  const rarer = (a: string, b: string) => sizes.get(a)! - sizes.get(b)! || byCodeUnits(a, b);
  const key = ({ group, id }: UnsplitExample) => (group === undefined ? `clip ${id}` : `group ${group}`);
  return [...groupBy(examples, key).values()].map((clips) => ({
    label: clips.map(labelOf).reduce((rarest, label) => (rarer(label, rarest) < 0 ? label : rarest)),
    clips,
  }));
}

/** What `splits.json` holds: which clip is in which split. */
export type SplitFile = {
  readonly version: 1;
  readonly seed: number;
  readonly splits: Readonly<Record<Split, readonly string[]>>;
  /** Clips in none of them. */
  readonly unused?: readonly string[] | undefined;
};

/** The splits of these examples, ready to be written down. */
export function describeSplits(examples: readonly Example[], seed: number): SplitFile {
  const ids = (split: Split) => examples.filter((example) => example.split === split).map((example) => example.id);
  return { version: 1, seed, splits: { train: ids('train'), val: ids('val'), test: ids('test') } };
}

/**
 * Puts each clip in the split the file names, and leaves out those that it does not use. Throws DuetError when the file and the data do not hold the same clips.
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
  return sortById(examples.flatMap((example) => placedIn(example, splitOf.get(example.id)!)));
}

function placedIn(example: UnsplitExample, split: Split | 'unused'): Example[] {
  return split === 'unused' ? [] : [{ ...example, split }];
}

/**
 * As applySplits, but for data that may have grown or shrunk since the file was written: a clip the file does not list
 * keeps the split its data gives it, else counts as test, as nothing was trained on it.
 */
export function applySplitsToChanged(examples: readonly UnsplitExample[], file: SplitFile): Example[] | undefined {
  const splitOf = splitsById(file);
  if (!examples.some((example) => splitOf.has(example.id))) return undefined;
  return sortById(examples.flatMap((example) => placedIn(example, splitOf.get(example.id) ?? example.split ?? 'test')));
}

function splitsById({ splits, unused = [] }: SplitFile): ReadonlyMap<string, Split | 'unused'> {
  return new Map([
    ...splitNames.flatMap((split) => splits[split].map((id) => [id, split] as const)),
    ...unused.map((id) => [id, 'unused'] as const),
  ]);
}

export function sortById<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => byCodeUnits(a.id, b.id));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
