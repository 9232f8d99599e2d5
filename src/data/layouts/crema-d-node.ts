// CREMA-D (Cao et al. 2014): a file's name says who speaks, which sentence, in which emotion and how strongly:
// 1001_DFA_ANG_XX. Splits come from published lists, or are drawn so that nobody speaks in two of them.
import { basename } from 'node:path';
import { DuetError } from '../../errors.ts';
import { ofClass } from '../annotation.ts';
import { type MissingClip, readSplitNames, type UnsplitExample } from '../dataset.ts';
import { listFolder } from '../folder-layout-node.ts';
import { stemOf } from '../media-kinds-node.ts';
import { findFiles, readTable, withDistinctIds } from './annotation-files-node.ts';
import { findMedia } from './find-media-node.ts';
import type { Layout, LayoutContent } from './layout.ts';

const clipName = /^(\d{4})_[A-Z]{3}_(ANG|DIS|FEA|HAP|NEU|SAD)_(LO|MD|HI|XX?)$/;
const ownFolders = new Set(['audiowav', 'audiomp3', 'videoflash']);

export const cremaDLayout: Layout = {
  annotations: ['class'],
  describes: async (root) => (await findLists(root)).length > 0,
  read: readListed,
};

export const cremaDSpeakersLayout: Layout = {
  annotations: ['class'],
  async describes(root) {
    const { files, folders } = await listFolder(root);
    return (
      folders.some((folder) => ownFolders.has(folder.toLowerCase())) ||
      files.some((file) => clipName.test(stemOf(file)))
    );
  },
  read: readBySpeaker,
};

/**
 * The lists `train.csv` and `test.csv`, and `val.csv` if there is one: a name and an emotion in each row, no header.
 */
async function readListed(root: string): Promise<LayoutContent> {
  const lists = await findLists(root);
  if (lists.length === 0) {
    throw new DuetError(
      `The folder "${root}" holds no lists of CREMA-D; put train.csv and test.csv there, or take --layout cremad-speakers.`,
    );
  }
  const found = await findMedia(root, (name) => clipName.test(name));
  const examples: UnsplitExample[] = [];
  const missing: MissingClip[] = [];
  for (const path of lists) {
    const split = splitOfList(path)!;
    for (const { number, cells } of await readTable(path)) {
      const [name = '', label = ''] = cells;
      if (!clipName.test(name) || label === '') {
        throw new DuetError(
          `Row ${number} of "${path}" is not a clip's name and an emotion, such as 1001_DFA_ANG_XX,ANG; fix it.`,
        );
      }
      const clip = found.clip(name);
      if (typeof clip === 'string') missing.push({ id: name, label, split, reason: clip });
      else examples.push({ id: clip.id, media: clip.media, annotations: ofClass(label), split });
    }
  }
  return { examples: withDistinctIds(examples), ignored: [], missing };
}

/** Every clip there is, grouped by speaker. */
async function readBySpeaker(root: string): Promise<LayoutContent> {
  const found = await findMedia(root, (name) => clipName.test(name));
  const examples: UnsplitExample[] = [];
  const missing: MissingClip[] = [];
  for (const name of found.names) {
    const [, speaker = '', label = ''] = clipName.exec(name)!;
    const clip = found.clip(name);
    if (typeof clip === 'string') missing.push({ id: name, label, reason: clip });
    else examples.push({ id: clip.id, media: clip.media, annotations: ofClass(label), group: speaker });
  }
  return { examples, ignored: [], missing };
}

async function findLists(root: string): Promise<string[]> {
  const lists: string[] = [];
  for (const path of await findFiles(
    root,
    (file) => file.toLowerCase().endsWith('.csv') && splitOfList(file) !== undefined,
  )) {
    if (lists.some((list) => splitOfList(list) === splitOfList(path))) continue;
    const [first] = await readTable(path).catch(() => []);
    if (clipName.test(first?.cells[0] ?? '')) lists.push(path);
  }
  return lists;
}

function splitOfList(path: string) {
  return readSplitNames([])(stemOf(basename(path, '.csv')));
}
