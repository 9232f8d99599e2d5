// What a reader of a data layout gives.
import type { AnnotationKind } from '../annotation.ts';
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
  /** The kinds of annotation that it can give. */
  readonly annotations: readonly AnnotationKind[];
  /** Whether the folder is laid out so; looks at names and first lines only. */
  describes(root: string): Promise<boolean>;
  /** Throws DuetError where files of the layout are absent or malformed. */
  read(root: string, annotation: AnnotationKind): Promise<LayoutContent>;
};
