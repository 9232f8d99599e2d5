// What a data set is: annotated clips, each in one split.
import type { MediaReference } from '../media/media.ts';
import type { Annotation } from './annotation.ts';

export const splitNames = ['train', 'val', 'test'] as const;
/** Clips to train on, to choose an epoch by, and to test on. */
export type Split = (typeof splitNames)[number];

/** A class's name, as its folder or the manifest writes it. */
export type ClassLabel = string;

/** One annotated clip. */
export type Example = {
  /**
   * Path relative to the data set, with forward slashes, and the times when there are any: the same on every machine.
   */
  readonly id: string;
  readonly annotations: readonly Annotation[];
  readonly split: Split;
  readonly media: MediaReference;
  /** Clips of one group (a video cut into segments, a speaker) are never divided between splits that are drawn here. */
  readonly group?: string;
};

/**
 * Where the splits come from: `given` by the folders or the manifest; `given, val cut from train` where they had none;
 * `drawn` from the seed; read from a split `file`; `all test` when unsplit data is opened for evaluation only.
 */
export type SplitOrigin = 'given' | 'given, val cut from train' | 'drawn' | 'file' | 'all test';

/** A file in the data folder that is part of no clip, and why. */
export type IgnoredFile = { readonly path: string; readonly reason: string };

/** A clip that the data lists and whose files are not there. */
export type MissingClip = {
  readonly id: string;
  readonly label: ClassLabel;
  readonly split?: Split;
  readonly reason: string;
};

/** A data set whose layout is read and whose splits are settled; no clip of it has been opened yet. */
export type Dataset = {
  /** The folder's or the manifest's own name. */
  readonly name: string;
  /** The folder that ids are relative to. */
  readonly root: string;
  /** Of the clips, or of their events; sorted. A label's index here is its class index everywhere. */
  readonly classes: readonly ClassLabel[];
  /**
   * The label, not among the classes, of clips in which picture and sound show no event together. Most data has none.
   */
  readonly background?: ClassLabel;
  /** Sorted by id. */
  readonly examples: readonly Example[];
  readonly splitOrigin: SplitOrigin;
  readonly ignored: readonly IgnoredFile[];
  /** What read it. */
  readonly layout: LayoutName;
  readonly missing: readonly MissingClip[];
};

/** The ways in which data is laid out on disk; docs/formats.md describes them. */
export const layoutNames = [
  'folder',
  'manifest',
  'ave',
  'ave-segments',
  'vggsound',
  'cremad',
  'cremad-speakers',
  'unav',
  'desed',
  'audacity',
  'event-table',
  'audioset',
  'ucf101',
  'fakeavceleb',
  'lav-df',
  'av-deepfake1m',
  'dfdc',
  'real-fake',
] as const;
/** One of `layoutNames`. */
export type LayoutName = (typeof layoutNames)[number];

/** A clip before its split is settled. */
export type UnsplitExample = Omit<Example, 'split'> & { readonly split?: Split };

/** The examples of one split, in the data set's order. */
export function examplesOf(dataset: Dataset, split: Split): readonly Example[] {
  return dataset.examples.filter((example) => example.split === split);
}

/** Items grouped by a key, groups in the order of their first item. */
export function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}

/** Order by code units: the same on every machine, whatever its locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const splitSpellings: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'val'],
  ['validation', 'val'],
  ['valid', 'val'],
  ['dev', 'val'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/**
 * Maps the spellings in use (train, training, val, validation, valid, dev, test, testing, eval, evaluation; any case)
 * to splits.
 * `eval` means val where a test split exists beside it, else test: clips that may be somebody's test set are never used
 * for selection. Returns undefined for a name that is no split's.
 */
export function readSplitNames(names: Iterable<string>): (name: string) => Split | undefined {
  const present = new Set([...names].map((name) => splitSpellings.get(name.toLowerCase())));
  const evaluation: Split = present.has('test') && !present.has('val') ? 'val' : 'test';
  return (name) => {
    const lower = name.toLowerCase();
    return lower === 'eval' || lower === 'evaluation' ? evaluation : splitSpellings.get(lower);
  };
}
