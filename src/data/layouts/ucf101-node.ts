// UCF101 (Soomro et al. 2012): class folders beside `trainlist01.txt` and `testlist01.txt`, or 02 or 03, with lines such as
// `ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1`; clips with one number after `g` are cut from one video.
import { DuetError } from '../../errors.ts';
import { readTextClearly } from '../../files/read-text-node.ts';
import { ofClass } from '../annotation.ts';
import type { MissingClip, UnsplitExample } from '../dataset.ts';
import { stemOf } from '../media-kinds-node.ts';
import { findFile, needFile } from './annotation-files-node.ts';
import { findMedia } from './find-media-node.ts';
import type { Layout, LayoutContent } from './layout.ts';

type Lists = { readonly train: string; readonly test: string };

/** The three published splits; the first of those that are there counts. */
const published = ['01', '02', '03'].map(
  (number): Lists => ({
    train: `trainlist${number}.txt`,
    test: `testlist${number}.txt`,
  }),
);

async function firstLists(root: string): Promise<Lists | undefined> {
  for (const lists of published) if (await findFile(root, lists.train)) return lists;
  return undefined;
}

export const ucf101Layout: Layout = {
  annotations: ['class'],
  describes: async (root) => (await firstLists(root)) !== undefined,
  read: readUcf101,
};

type Row = { readonly name: string; readonly label: string; readonly split: keyof Lists };

async function readUcf101(root: string): Promise<LayoutContent> {
  const lists = (await firstLists(root)) ?? published[0]!;
  const rows = [...(await readList(root, lists, 'train')), ...(await readList(root, lists, 'test'))];
  const wanted = new Set(rows.map(({ name }) => name));
  const found = await findMedia(root, (name) => wanted.has(name));
  const examples: UnsplitExample[] = [];
  const missing: MissingClip[] = [];
  for (const { name, label, split } of rows) {
    const clip = found.clip(name);
    if (typeof clip === 'string') missing.push({ id: name, label, split, reason: clip });
    else {
      const group = name.replace(/_c\d+$/, '');
      examples.push({ id: clip.id, media: clip.media, annotations: ofClass(label), split, group });
    }
  }
  return { examples, ignored: [], missing };
}

async function readList(root: string, lists: Lists, split: Row['split']): Promise<Row[]> {
  const path = await needFile(root, lists[split]);
  return (await readTextClearly(path)).split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const [, label, file] = /^(\S+)\/(\S+)( \d+)?$/.exec(line.trim()) ?? [];
    if (label === undefined || file === undefined)
      throw new DuetError(
        `Row ${index + 1} of "${path}" is not a class and a file such as Archery/v_Archery_g01_c01.avi; get a fresh copy.`,
      );
    return [{ name: stemOf(file), label, split }];
  });
}
