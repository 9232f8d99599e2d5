// Clips that are real or fake, as the layouts of such data sets give them.
import type { Annotation } from '../annotation.ts';
import type { Split, UnsplitExample } from '../dataset.ts';

export type Truth = {
  readonly real: boolean;
  /** How a fake was made. */
  readonly method?: string | undefined;
  /** Where it is fake, as pairs of seconds. */
  readonly fakes?: readonly (readonly [number, number])[] | undefined;
};

/** @param path relative to the data's folder, whose own path is `root`, with forward slashes. */
export function truthExample(
  root: string,
  path: string,
  truth: Truth,
  about: { readonly split?: Split | undefined; readonly group?: string | undefined },
): UnsplitExample {
  const { split, group } = about;
  return {
    id: path,
    annotations: [truthAnnotation(truth)],
    media: { kind: 'video', path: `${root}/${path}` },
    ...(split && { split }),
    ...(group !== undefined && { group }),
  };
}

function truthAnnotation({ real, method, fakes }: Truth): Annotation {
  return {
    kind: 'truth',
    real,
    ...(method !== undefined && { method }),
    ...(fakes && { fakes: fakes.map(([start, end]) => ({ start, end })) }),
  };
}
