// AudioSet (Gemmeke et al. 2017), and others that list segments as it does: `*segments*.csv` with id, start, end and
// labels, where a name such as `eval_segments.csv` says the split. Only segments with one label are taken, as a clip
// has one class.
import { basename } from 'node:path';
import { DuetError } from '../../errors.ts';
import { type IgnoredFile, readSplitNames, type Split } from '../dataset.ts';
import { openMediaReader } from '../media-reader-node.ts';
import { findFile, findFiles, needFile, readTable } from './annotation-files-node.ts';
import { findMedia, type MediaFinder } from './find-media-node.ts';
import type { Layout, LayoutContent } from './layout.ts';
import { namesOfCut, type Segment, segmentExamples } from './segments-node.ts';

export const audioSetLayout: Layout = {
  annotations: ['class'],
  async describes(root) {
    const [list] = await findLists(root);
    const rows = list === undefined ? [] : await readTable(list).catch(() => []);
    // The first may be a header.
    return rows
      .slice(0, 2)
      .some(({ cells }) => cells.length >= 4 && cells.slice(1, 3).every((cell) => /^\d+(\.\d+)?$/.test(cell)));
  },
  read: readAudioSet,
};

async function readAudioSet(root: string): Promise<LayoutContent> {
  const lists = await findLists(root);
  if (lists.length === 0) await needFile(root, 'eval_segments.csv');
  const splitOf = splitsOfLists(lists);
  const names = await displayNames(root);
  const segments: Segment[] = [];
  const ignored: IgnoredFile[] = [];
  for (const path of lists) {
    for (const { number, cells } of await readTable(path)) {
      const [video = '', startText = '', endText = '', labels = ''] = cells;
      const [start, end] = [Number(startText), Number(endText)];
      // A header that is no comment.
      if (number === 1 && !Number.isFinite(start)) continue;
      const where = `Row ${number} of "${path}"`;
      if (cells.length < 4 || video === '' || labels === '')
        throw new DuetError(`${where} is not an id, a start, an end and labels; fix it.`);
      if (!Number.isFinite(start + end)) throw new DuetError(`${where} has times that are no numbers; fix it.`);
      const parts = labels.split(',').map((label) => label.trim());
      // A comma may also be part of the one label's name.
      const isList = parts.length > 1 && parts.every((part) => names.has(part) || machineId.test(part));
      if (isList) ignored.push({ path: `${video}#${start}-${end}`, reason: 'has more than one label' });
      else segments.push({ video, start, end, label: names.get(labels) ?? labels, split: splitOf(path) });
    }
  }
  const videos = new Set(segments.map(({ video }) => video));
  const found = await findMedia(root, (name) => possibleVideos(name).some((video) => videos.has(video)));
  const wholeVideos = await areWhole(segments, found);
  return segmentExamples(segments, ignored, (segment) => {
    const cut = found.clip(...namesOfCut(segment));
    if (typeof cut !== 'string') return { clip: cut, isWhole: false };
    const clip = found.clip(segment.video, `Y${segment.video}`);
    return typeof clip === 'string' ? clip : { clip, isWhole: wholeVideos };
  });
}

/** Which videos a file's name may be of; ids may end like times. */
function possibleVideos(name: string): string[] {
  const [once, twice] = [/_[\d.]+$/, /(_[\d.]+){2}$/].map((times) => name.replace(times, ''));
  return [name, name.replace(/^Y/, ''), once!, twice!];
}

const machineId = /^\/[a-z]\/\w+$/;
const probed = 8;

/**
 * Whether files named by the id alone hold whole videos. Those of late segments tell: only a whole video reaches so
 * far.
 */
async function areWhole(segments: readonly Segment[], found: MediaFinder): Promise<boolean> {
  let [cut, whole] = [0, 0];
  const reader = await openMediaReader();
  try {
    for (const { video, start, end } of segments) {
      if (cut + whole >= probed) break;
      const clip = start >= end - start ? found.clip(video, `Y${video}`) : '';
      if (typeof clip === 'string') continue;
      const media = await reader.open(clip.media).catch(() => undefined);
      if (!media) continue;
      if (media.duration > start) whole++;
      else cut++;
      await media.close();
    }
  } finally {
    reader.close();
  }
  return whole >= cut;
}

function findLists(root: string): Promise<string[]> {
  return findFiles(root, (file) => /segments.*\.csv$/i.test(file));
}

/** Splits by the words of the lists' names; none where no name has one. */
function splitsOfLists(lists: readonly string[]): (path: string) => Split | undefined {
  const words = (path: string) =>
    basename(path)
      .toLowerCase()
      .split(/[^a-z]+/);
  const read = readSplitNames(lists.flatMap(words));
  const splitOf = (path: string) =>
    words(path)
      .map(read)
      .find((split) => split !== undefined);
  const splits = lists.map(splitOf);
  const unnamed = splits.indexOf(undefined);
  if (unnamed >= 0 && splits.some((split) => split)) {
    throw new DuetError(
      `"${lists[unnamed]}" does not say in its name which split it lists, as others do; name it train, val or test.`,
    );
  }
  return splitOf;
}

/** From machine ids to names, if class_labels_indices.csv is there. */
async function displayNames(root: string): Promise<ReadonlyMap<string, string>> {
  const path = await findFile(root, 'class_labels_indices.csv');
  const rows = path === undefined ? [] : await readTable(path);
  return new Map(rows.slice(1).map(({ cells: [, id = '', name = ''] }) => [id, name]));
}
