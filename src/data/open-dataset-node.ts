// Opening a data set: a folder, in whichever layout, or a manifest in; labelled clips with settled splits out.
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { DuetError } from '../errors.ts';
import { eventColumns, readEventCsv } from '../files/events/read-event-csv.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { readTextClearly, textChunks } from '../files/read-text-node.ts';
import { referencePaths } from '../media/media.ts';
import { type Annotated, type Annotation, type AnnotationKind, labelOf, labelsOf } from './annotation.ts';
import {
  byCodeUnits,
  type Dataset,
  type Example,
  groupBy,
  type LayoutName,
  type SplitOrigin,
  type UnsplitExample,
} from './dataset.ts';
import { readEventVideos } from './layouts/event-files-node.ts';
import type { LayoutContent } from './layouts/layout.ts';
import { readLayout } from './layouts/layouts-node.ts';
import { isManifest, readManifest } from './manifest-node.ts';
import {
  applySplits,
  applySplitsToChanged,
  cutValFromTrain,
  drawSplits,
  type SplitFile,
  type SplitFractions,
  sortById,
} from './split.ts';

/** How `openDataset` reads a folder or a manifest. */
export type OpenDatasetOptions = {
  /** Seeds the splits that are drawn here. Default 0. */
  readonly seed?: number;
  /**
   * Splits written down earlier (readSplitFile); they win over any other when they are about these clips.
   * For training the clips must be the same as then; for evaluation some may be new or gone.
   */
  readonly splits?: SplitFile;
  /** Shares of val and test where splits are drawn. Default 0.15 each. */
  readonly fractions?: SplitFractions;
  /** `train` (default) wants at least two classes with training clips; `evaluate` takes what is there. */
  readonly purpose?: 'train' | 'evaluate';
  /** How the data is laid out; by default as its files show. */
  readonly layout?: LayoutName | undefined;
  /** What clips should be annotated with. Default: `class`. */
  readonly annotation?: AnnotationKind | undefined;
};

/**
 * Opens a folder (`<class>/...`, `<split>/<class>/...`, or a published layout) or a manifest (.csv, .tsv, .jsonl).
 * Throws DuetError for a missing or empty folder, one class only, a class with one clip or none to train on, and every
 * manifest error.
 */
export async function openDataset(path: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  return settleDataset(await readUnsplit(path, options), options);
}

/** What a folder or a manifest holds, before its splits are settled. */
export type Unsplit = {
  readonly path: string;
  readonly root: string;
  readonly layout: LayoutName;
  readonly content: LayoutContent;
};

/** Reads a folder or a manifest. @throws DuetError as openDataset, for what is true whatever the data is for. */
export async function readUnsplit(
  path: string,
  { layout: asked, annotation = 'class' }: Pick<OpenDatasetOptions, 'layout' | 'annotation'> = {},
): Promise<Unsplit> {
  const kind = await kindOfPath(path);
  if (kind === undefined)
    throw new DuetError(`There is no data at "${path}"; give a folder with one sub-folder per class, or a manifest.`);
  const isFolder = kind === 'folder';
  if (!isFolder && !isManifest(path)) {
    throw new DuetError(
      `"${path}" is neither a folder nor a manifest; give a folder with one sub-folder per class, or a .csv or .jsonl file.`,
    );
  }
  const root = isFolder ? resolve(path) : dirname(resolve(path));
  const { layout, content } = await readContent(path, isFolder, asked, annotation);
  return { path, root, layout, content: { ...content, examples: withComposedLabels(content.examples) } };
}

/** Settles classes and splits. @throws DuetError as openDataset, for what cannot be trained on. */
export function settleDataset({ path, root, layout, content }: Unsplit, options: OpenDatasetOptions = {}): Dataset {
  const { purpose = 'train', seed = 0, annotation = 'class' } = options;
  const { ignored, missing, examples: found } = content;
  const background = content.background?.normalize('NFC');
  const shown = background === undefined ? found : found.filter((example) => labelOf(example) !== background);
  const classes = [...new Set(oneOfEachAnnotation(shown).flatMap(labelsOf))].sort(byCodeUnits);
  const isClassed = annotation === 'class';
  const needFile = filesNeeded(path);
  if (purpose === 'train' && isClassed) {
    checkClasses(path, classes, shown);
    // Before splits are drawn, as there may be a million.
    for (const [label, clips] of groupBy(shown, labelOf)) needFile(label, clips, 'clips');
  }
  const { examples, splitOrigin } = settleSplits(found, background, purpose, seed, options);
  if (purpose === 'train') checkTraining(path, isClassed ? classes : [], examples, needFile);
  const about = {
    name: basename(resolve(path)),
    root,
    classes,
    layout,
    ...(background !== undefined && { background }),
  };
  return { ...about, examples, splitOrigin, ignored, missing };
}

async function readContent(
  path: string,
  isFolder: boolean,
  layout: LayoutName | undefined,
  annotation: AnnotationKind,
): Promise<{ readonly layout: LayoutName; readonly content: LayoutContent }> {
  if (isFolder && layout !== 'manifest') {
    const { name, content } = await readLayout(resolve(path), layout, annotation);
    return { layout: name, content };
  }
  if (isFolder || (layout !== undefined && layout !== 'manifest')) {
    throw new DuetError(
      `The layout "${layout}" is read from a ${isFolder ? 'file' : 'folder'}, and "${path}" is none; give that.`,
    );
  }
  if (annotation === 'events') {
    for await (const head of textChunks(path)) {
      eventColumns(head, path);
      break;
    }
    const sources = [{ path, file: readEventCsv(await readTextClearly(path), path) }];
    return {
      layout: 'manifest',
      content: await readEventVideos({ root: dirname(resolve(path)), sources }, annotation),
    };
  }
  if (annotation !== 'class')
    throw new DuetError(
      `The manifest "${path}" gives each clip a class, and this recipe learns from other annotations; give a folder in a layout that has them.`,
    );
  return { layout: 'manifest', content: { examples: await readManifest(path), ignored: [], missing: [] } };
}

/** Letters with marks may be written in two ways that look the same; a class is one of them. */
function withComposedLabels(examples: readonly UnsplitExample[]): readonly UnsplitExample[] {
  const isComposed = (label: string) => label === label.normalize('NFC');
  if (oneOfEachAnnotation(examples).flatMap(labelsOf).every(isComposed)) return examples;
  return examples.map((example) => ({ ...example, annotations: example.annotations.map(withComposedLabel) }));
}

function withComposedLabel(one: Annotation): Annotation {
  if (one.kind === 'class') return { ...one, label: one.label.normalize('NFC') };
  if (one.kind !== 'events') return one;
  return { ...one, events: one.events.map((event) => ({ ...event, label: event.label.normalize('NFC') })) };
}

/** Clips of one class share their annotations: of a million clips, one for each class. */
function oneOfEachAnnotation<Clip extends Annotated>(clips: readonly Clip[]): readonly Clip[] {
  const seen = new Set<Clip['annotations']>();
  return clips.filter(({ annotations }) => !seen.has(annotations) && seen.add(annotations));
}

function settleSplits(
  found: readonly UnsplitExample[],
  background: string | undefined,
  purpose: 'train' | 'evaluate',
  seed: number,
  { splits, fractions }: OpenDatasetOptions,
): { examples: readonly Example[]; splitOrigin: SplitOrigin } {
  const listed = splits && (purpose === 'train' ? applySplits(found, splits) : applySplitsToChanged(found, splits));
  if (listed) return { examples: listed, splitOrigin: 'file' };
  if (splits && purpose === 'train') {
    throw new DuetError(
      'The split file lists none of these clips; it belongs to other data, so give that data or remove the file.',
    );
  }
  if (isSplit(found)) {
    const given = sortById(found);
    const has = (split: string) => given.some((example) => example.split === split);
    if (purpose === 'evaluate' || has('val') || !has('train')) return { examples: given, splitOrigin: 'given' };
    return {
      examples: cutValFromTrain(given, seed, fractions?.val, background),
      splitOrigin: 'given, val cut from train',
    };
  }
  if (purpose === 'evaluate') {
    return { examples: sortById(found).map((example) => ({ ...example, split: 'test' })), splitOrigin: 'all test' };
  }
  return { examples: drawSplits(found, seed, fractions, background), splitOrigin: 'drawn' };
}

/** Layouts and manifests give either all clips a split or none. */
function isSplit(examples: readonly UnsplitExample[]): examples is readonly Example[] {
  return examples[0]?.split !== undefined;
}

function checkClasses(path: string, classes: readonly string[], examples: readonly UnsplitExample[]): void {
  if (classes.length < 2) {
    throw new DuetError(`The data at "${path}" has only one class ("${classes[0]}"); training needs at least two.`);
  }
  for (const [label, group] of groupBy(examples, labelOf)) {
    if (group.length === 1)
      throw new DuetError(`The class "${label}" has only one clip; give it at least 3 or leave the class out.`);
  }
}

function checkTraining(
  path: string,
  classes: readonly string[],
  examples: readonly Example[],
  needFile: FilesNeeded,
): void {
  const listed = groupBy(
    examples.filter((example) => example.split === 'train'),
    labelOf,
  );
  if (listed.size === 0)
    throw new DuetError(`The data at "${path}" has no training clips; put some under train, or give no splits at all.`);
  for (const label of classes) {
    const clips = listed.get(label);
    if (!clips)
      throw new DuetError(`The class "${label}" has no training clips; add some to train or leave the class out.`);
    needFile(label, clips, 'training clips');
  }
}

type FilesNeeded = (label: string, clips: readonly UnsplitExample[], what: string) => void;

/** Throws DuetError where no clip of a class has its files. */
function filesNeeded(path: string): FilesNeeded {
  const isThere = filesAreThere();
  return (label, clips, what) => {
    if (clips.some(isThere)) return;
    throw new DuetError(
      `The files of all ${clips.length} ${what} of the class "${label}" are missing, "${referencePaths(clips[0]!.media)[0]}" among them; put them there, or correct the paths in "${path}".`,
    );
  };
}

/** Whether a clip's files are there; asked for a million clips in a folder that is not there, it looks once. */
function filesAreThere(): (example: UnsplitExample) => boolean {
  const folders = new Map<string, boolean>();
  const hasFolder = (folder: string) => {
    const known = folders.get(folder) ?? existsSync(folder);
    folders.set(folder, known);
    return known;
  };
  return ({ media }) => referencePaths(media).every((file) => hasFolder(dirname(file)) && existsSync(file));
}
