import { expect, test } from 'vitest';
import type { Example, Split } from './dataset.ts';
import { experimentSplits } from './experiment-splits.ts';
import { applySplits } from './split.ts';

const examples = (['train', 'val', 'test'] as const).flatMap((split) =>
  ['bell', 'drum'].flatMap((label) =>
    Array.from({ length: split === 'train' ? 9 : 3 }, (_, index): Example => {
      const id = `${split}/${label}/${index}.mp4`;
      return { id, split, annotations: [{ kind: 'class', label }], media: { kind: 'video', path: id } };
    }),
  ),
);
const own = (split: Split) => examples.filter((example) => example.split === split).map(({ id }) => id);
const whole = { trainShare: 1 };
const folds = [0, 1, 2, 3].map((index) =>
  experimentSplits(examples, 7, { ...whole, fold: { index, of: 4 } }, undefined),
);

test('over all folds each training and validation clip is tested once, and the data’s own test clips never', () => {
  expect(folds.flatMap(({ splits }) => splits.test).sort()).toEqual([...own('train'), ...own('val')].sort());
  for (const { splits, unused } of folds) {
    expect([...unused!].sort()).toEqual(own('test').sort());
    expect(splits.train.filter((id) => [...splits.val, ...splits.test].includes(id))).toEqual([]);
  }
});

test('each fold has its share of each class in each split', () => {
  for (const { splits } of folds) {
    const drums = (ids: readonly string[]) => ids.filter((id) => id.includes('drum')).length;
    expect([splits.train, splits.val, splits.test].map((ids) => [ids.length, drums(ids)])).toEqual([
      [12, 6],
      [6, 3],
      [6, 3],
    ]);
  }
});

test('fewer training clips are some of more, of each class, and leave the other splits alone', () => {
  const [third, half] = [1 / 3, 2 / 3].map((trainShare) => experimentSplits(examples, 7, { trainShare }, undefined));
  expect(third!.splits.train).toHaveLength(6);
  expect(half!.splits.train).toHaveLength(12);
  expect(half!.splits.train).toEqual(expect.arrayContaining([...third!.splits.train]));
  expect(third!.splits.test).toEqual(own('test').sort());
  const other = experimentSplits(examples, 8, { trainShare: 1 / 3 }, undefined);
  expect(other.splits.train).not.toEqual(third!.splits.train);
});

test('a clip that a split file does not use is in no split', () => {
  const file = experimentSplits(examples, 7, { trainShare: 1 / 3 }, undefined);
  const applied = applySplits(examples, file)!;
  expect(applied).toHaveLength(6 + 12);
  expect(applied.filter(({ split }) => split === 'train').map(({ id }) => id)).toEqual(file.splits.train);
});
