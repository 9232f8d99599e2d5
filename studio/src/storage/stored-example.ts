// A clip of the page's database as the data layer knows it.
import { ofClass } from '../../../src/data/annotation.ts';
import type { Example, Split } from '../../../src/data/dataset.ts';

export type StoredClip = { readonly id: string; readonly label: string; readonly split: Split };

/** Its media is never opened, as its reading is stored. */
export function storedExample({ id, label, split }: StoredClip): Example {
  return { id, split, annotations: ofClass(label), media: { kind: 'video', path: id } };
}
