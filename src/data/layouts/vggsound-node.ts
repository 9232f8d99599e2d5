// VGGSound (Chen et al. 2020): `vggsound.csv` with id, start second, label and split; clips named by id and start
// second.
import { DuetError } from '../../errors.ts';
import { ofClass } from '../annotation.ts';
import { type MissingClip, readSplitNames, type UnsplitExample } from '../dataset.ts';
import { findFile, needFile, readTable, withDistinctIds } from './annotation-files-node.ts';
import { findMedia } from './find-media-node.ts';
import type { Layout, LayoutContent } from './layout.ts';
import { namesOfCut } from './segments-node.ts';

const annotationFile = 'vggsound.csv';
const clipSeconds = 10;

export const vggSoundLayout: Layout = {
  annotations: ['class'],
  describes: async (root) => (await findFile(root, annotationFile)) !== undefined,
  read: readVggSound,
};

async function readVggSound(root: string): Promise<LayoutContent> {
  const path = await needFile(root, annotationFile);
  const [first, ...others] = await readTable(path);
  const isHeader =
    first !== undefined && !/\d/.test(first.cells[1] ?? '') && first.cells.some((cell) => /^label/i.test(cell));
  const rows = (isHeader || first === undefined ? others : [first, ...others]).map(({ number, cells }) => {
    const [video = '', start = '', label = '', splitName = ''] = cells;
    const split = readSplitNames([])(splitName);
    if (cells.length !== 4 || video === '' || !/^\d+$/.test(start) || label === '' || !split) {
      throw new DuetError(
        `Row ${number} of "${path}" is not an id, a start in whole seconds, a label, and train or test; correct it or get a fresh copy.`,
      );
    }
    // As most tools name the file, and as others do.
    const cut = { video, start: Number(start), end: Number(start) + clipSeconds };
    const names = [`${video}_${start.padStart(6, '0')}`, ...namesOfCut(cut)];
    return { video, label, split, names };
  });
  const wanted = new Set(rows.flatMap(({ names }) => names));
  const found = await findMedia(root, (name) => wanted.has(name));
  const examples: UnsplitExample[] = [];
  const missing: MissingClip[] = [];
  for (const { video, label, split, names } of rows) {
    const clip = found.clip(...names);
    if (typeof clip === 'string') missing.push({ id: names[0]!, label, split, reason: clip });
    else examples.push({ id: clip.id, media: clip.media, annotations: ofClass(label), split, group: video });
  }
  return { examples: withDistinctIds(examples), ignored: [], missing };
}
