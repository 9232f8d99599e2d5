// What a reader of a data layout gives.
import type { IgnoredFile, MissingClip, UnsplitExample } from '../dataset.ts';

export type LayoutContent = {
  readonly examples: readonly UnsplitExample[];
  readonly ignored: readonly IgnoredFile[];
  /** Listed clips whose files are not there. */
  readonly missing: readonly MissingClip[];
  /** The label of examples that show no event, where the layout has such. */
  readonly background?: string;
};

/** One published way of laying out a data set. Both functions take the data's folder. */
export type Layout = {
  /** Whether the folder is laid out so; looks at names and first lines only. */
  describes(root: string): Promise<boolean>;
  /** Throws DuetError where files of the layout are absent or malformed. */
  read(root: string): Promise<LayoutContent>;
};
