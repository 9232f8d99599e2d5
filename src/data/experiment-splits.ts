// Splits of an experiment's runs: folds of cross-validation, and fewer clips to learn from.
import { createRandom } from '../random.ts';
import { type Example, groupBy } from './dataset.ts';
import { describeSplits, type SplitFile, sortById, unitsOf } from './split.ts';

export type Fold = {
  /** Counted from 0. */
  readonly index: number;
  readonly of: number;
};

export type SplitChange = {
  /** Which part of cross-validation the run is; default: the data's own splits. */
  readonly fold?: Fold | undefined;
  /** Share of the training clips, above 0 and at most 1. */
  readonly trainShare: number;
};

/**
 * The splits of a run, class by class and drawn from the seed. With folds the training and validation clips are dealt
 * into equal parts: one is the test split, the next validation, the others training; the data's own test clips are in
 * none. A smaller share of training clips is part of a larger one. Clips of a group stay together.
 */
export function experimentSplits(
  examples: readonly Example[],
  seed: number,
  { fold, trainShare }: SplitChange,
  background: string | undefined,
): SplitFile {
  const dealt = fold ? dealtIn(examples, seed, fold, background) : examples;
  const used = trainShare < 1 ? withFewer(dealt, seed, trainShare, background) : dealt;
  const ids = new Set(used.map(({ id }) => id));
  return { ...describeSplits(used, seed), unused: examples.flatMap(({ id }) => (ids.has(id) ? [] : [id])) };
}

function dealtIn(
  examples: readonly Example[],
  seed: number,
  { index, of }: Fold,
  background: string | undefined,
): Example[] {
  const seen = sortById(examples.filter(({ split }) => split !== 'test'));
  const parts = new Map<unknown, number>();
  let dealt = 0;
  // Where one class ends the next goes on, so that the parts of small classes are equally large in all.
  for (const [label, units] of groupBy(unitsOf(seen, background), (unit) => unit.label))
    for (const { clips } of createRandom(seed, 'folds', label).shuffle(units)) {
      for (const clip of clips) parts.set(clip, dealt % of);
      dealt++;
    }
  return seen.map((clip) => {
    const turn = (parts.get(clip)! - index + of) % of;
    return { ...clip, split: turn === 0 ? 'test' : turn === 1 ? 'val' : 'train' };
  });
}

function withFewer(
  examples: readonly Example[],
  seed: number,
  share: number,
  background: string | undefined,
): Example[] {
  const train = sortById(examples.filter(({ split }) => split === 'train'));
  const kept = new Set<unknown>();
  for (const [label, units] of groupBy(unitsOf(train, background), (unit) => unit.label)) {
    const count = Math.max(1, Math.round(share * units.length));
    const chosen = createRandom(seed, 'share of training clips', label).shuffle(units).slice(0, count);
    for (const { clips } of chosen) for (const clip of clips) kept.add(clip);
  }
  return [...examples.filter(({ split }) => split !== 'train'), ...train.filter((clip) => kept.has(clip))];
}
