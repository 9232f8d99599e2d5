// AVE (Tian et al. 2018): videos of ten seconds with one event each, and for every second whether it shows and sounds
// there. As clips, or as seconds, of which those without the event are background.
import { basename } from 'node:path';
import { DuetError } from '../../errors.ts';
import { readTextClearly } from '../../files/read-text-node.ts';
import { ofClass } from '../annotation.ts';
import { type IgnoredFile, type MissingClip, type Split, splitNames, type UnsplitExample } from '../dataset.ts';
import { findFile, needFile, withDistinctIds } from './annotation-files-node.ts';
import { findMedia } from './find-media-node.ts';
import { readHdf5 } from './hdf5-node.ts';
import type { Layout, LayoutContent } from './layout.ts';

const annotationFile = 'Annotations.txt';
const background = 'background';
const secondsOfVideo = 10;

export const aveLayout: Layout = {
  annotations: ['class'],
  describes,
  read: readClips,
};
export const aveSegmentsLayout: Layout = {
  annotations: ['class'],
  describes,
  read: readSegments,
};

/** One line of the annotations: the event lasts from `start` to `end`, whole seconds. */
type AnnotatedVideo = { readonly label: string; readonly video: string; readonly start: number; readonly end: number };

async function describes(root: string): Promise<boolean> {
  const path = await findFile(root, annotationFile);
  return path !== undefined && /^[^&\n]+&[^&\n]+&[^&\n]*&[^&\n]+&[^&\n]+$/m.test(await readTextClearly(path));
}

/** 28 classes: every video is a clip of its event's class. */
function readClips(root: string): Promise<LayoutContent> {
  return readAve(root, async () => (annotation, _, clip) => [{ ...clip, annotations: ofClass(annotation.label) }]);
}

/**
 * Every second is a clip of the event's class or background, as labels.h5 says, or without it the annotated start and
 * end.
 */
async function readSegments(root: string): Promise<LayoutContent> {
  const content = await readAve(root, async (annotations) => {
    const isBackground = await backgroundSeconds(root, annotations);
    return (annotation, row, clip) =>
      Array.from({ length: secondsOfVideo }, (_, second) => ({
        ...clip,
        id: `${clip.id}#${second}-${second + 1}`,
        annotations: ofClass(isBackground(annotation, row, second) ? background : annotation.label),
        media: { ...clip.media, start: second, end: second + 1 },
      }));
  });
  return { ...content, background };
}

type VideoClip = Omit<UnsplitExample, 'annotations'>;
type ClipsOf = (annotation: AnnotatedVideo, row: number, clip: VideoClip) => readonly UnsplitExample[];

async function readAve(
  root: string,
  prepare: (annotations: readonly AnnotatedVideo[]) => Promise<ClipsOf>,
): Promise<LayoutContent> {
  const path = await needFile(root, annotationFile);
  const annotations = parseAnnotations(path, await readTextClearly(path));
  const [splitOf, clipsOf] = await Promise.all([readSplits(root, annotations), prepare(annotations)]);
  const videos = new Set(annotations.map(({ video }) => video));
  const found = await findMedia(root, (name) => videos.has(name));
  const examples: UnsplitExample[] = [];
  const ignored: IgnoredFile[] = [];
  const missing: MissingClip[] = [];
  for (const [row, annotation] of annotations.entries()) {
    const clip = found.clip(annotation.video);
    const split = splitOf?.(row);
    if (splitOf && !split) ignored.push({ path: annotation.video, reason: 'listed in none of the splits' });
    else if (typeof clip === 'string')
      missing.push({ id: annotation.video, label: annotation.label, ...(split && { split }), reason: clip });
    else {
      const video = { id: clip.id, media: clip.media, group: annotation.video, ...(split && { split }) };
      examples.push(...clipsOf(annotation, row, video));
    }
  }
  return { examples: withDistinctIds(examples), ignored, missing };
}

/** Lines such as `Church bell&RUhOCu3LNXM&good&0&10`; some copies have a header. */
function parseAnnotations(path: string, text: string): AnnotatedVideo[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('Category&')) return [];
    const [label = '', video = '', , start = '', end = ''] = line.split('&').map((cell) => cell.trim());
    const annotation = { label, video, start: Number(start), end: Number(end) };
    if (
      label === '' ||
      video === '' ||
      start === '' ||
      end === '' ||
      !Number.isFinite(annotation.start + annotation.end)
    ) {
      throw new DuetError(
        `Line ${index + 1} of "${path}" is not "category&video&quality&start&end"; get a fresh copy.`,
      );
    }
    return [annotation];
  });
}

/** Splits by the row numbers in `*_order.h5`, else by the lines of `*Set.txt`; undefined where there is neither. */
async function readSplits(
  root: string,
  annotations: readonly AnnotatedVideo[],
): Promise<((row: number) => Split | undefined) | undefined> {
  const splits = new Map<number, Split>();
  let isSplit = false;
  for (const split of splitNames) {
    const path = await findFile(root, `${split}_order.h5`);
    if (path === undefined) continue;
    isSplit = true;
    const { values } = await readHdf5(path, 'order');
    for (const row of Array.from(values)) {
      if (!annotations[row]) {
        throw new DuetError(
          `"${path}" names row ${row} of ${annotations.length} in ${annotationFile}; take both from one release.`,
        );
      }
      splits.set(row, split);
    }
  }
  if (isSplit) return (row) => splits.get(row);
  const lines = new Map<string, Split>();
  const key = ({ label, video }: AnnotatedVideo) => `${label}&${video}`;
  for (const split of splitNames) {
    const path = await findFile(root, `${split}Set.txt`);
    if (path === undefined) continue;
    for (const annotation of parseAnnotations(path, await readTextClearly(path))) lines.set(key(annotation), split);
  }
  return lines.size > 0 ? (row) => lines.get(key(annotations[row]!)) : undefined;
}

type IsBackground = (annotation: AnnotatedVideo, row: number, second: number) => boolean;

/** labels.h5 is one-hot, [videos, 10 seconds, classes + 1], background last. */
async function backgroundSeconds(root: string, annotations: readonly AnnotatedVideo[]): Promise<IsBackground> {
  const path = await findFile(root, 'labels.h5');
  if (path === undefined) return ({ start, end }, _, second) => second < start || second >= end;
  const { shape, values } = await readHdf5(path, 'avadataset');
  const [rows, seconds, classes] = shape;
  if (shape.length !== 3 || rows !== annotations.length || seconds !== secondsOfVideo || !classes) {
    throw new DuetError(
      `"${basename(path)}" holds labels of shape [${shape.join(', ')}] for the ${annotations.length} lines of ${annotationFile}; take both from one release.`,
    );
  }
  return (_, row, second) => values[(row * secondsOfVideo + second) * classes + classes - 1]! > 0.5;
}
