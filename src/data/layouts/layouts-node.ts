// The published layouts by name, and which of them a folder has.
import { DuetError } from '../../errors.ts';
import type { AnnotationKind } from '../annotation.ts';
import type { LayoutName } from '../dataset.ts';
import { readFolderLayout } from '../folder-layout-node.ts';
import { audacityLayout } from './audacity-node.ts';
import { audioSetLayout } from './audioset-node.ts';
import { aveLayout, aveSegmentsLayout } from './ave-node.ts';
import { cremaDLayout, cremaDSpeakersLayout } from './crema-d-node.ts';
import { desedLayout } from './desed-node.ts';
import { dfdcLayout } from './dfdc-node.ts';
import { eventTableLayout } from './event-table-node.ts';
import { fakeAvCelebLayout } from './fake-av-celeb-node.ts';
import { avDeepfake1mLayout, lavDfLayout } from './fake-periods-node.ts';
import type { Layout, LayoutContent } from './layout.ts';
import { realFakeLayout } from './real-fake-node.ts';
import { ucf101Layout } from './ucf101-node.ts';
import { unavLayout } from './unav-node.ts';
import { vggSoundLayout } from './vggsound-node.ts';

type FolderLayoutName = Exclude<LayoutName, 'manifest'>;

/** In the order in which they are tried; any folder is a `folder`. */
const layouts: Readonly<Record<FolderLayoutName, Layout>> = {
  ave: aveLayout,
  'ave-segments': aveSegmentsLayout,
  vggsound: vggSoundLayout,
  cremad: cremaDLayout,
  'cremad-speakers': cremaDSpeakersLayout,
  unav: unavLayout,
  desed: desedLayout,
  audacity: audacityLayout,
  'event-table': eventTableLayout,
  audioset: audioSetLayout,
  ucf101: ucf101Layout,
  fakeavceleb: fakeAvCelebLayout,
  'lav-df': lavDfLayout,
  'av-deepfake1m': avDeepfake1mLayout,
  dfdc: dfdcLayout,
  'real-fake': realFakeLayout,
  folder: {
    annotations: ['class'],
    describes: async () => true,
    read: async (root) => ({ ...(await readFolderLayout(root)), missing: [] }),
  },
};

/**
 * Reads a folder in the named layout, or else in the first that its files show. Throws DuetError where it has no clips.
 */
export async function readLayout(
  root: string,
  forced: FolderLayoutName | undefined,
  annotation: AnnotationKind,
): Promise<{ readonly name: FolderLayoutName; readonly content: LayoutContent }> {
  const name = forced ?? (await recognise(root, annotation));
  const layout = layouts[name];
  if (!layout.annotations.includes(annotation)) {
    const able = Object.entries(layouts).flatMap(([other, { annotations }]) =>
      annotations.includes(annotation) ? [other] : [],
    );
    throw new DuetError(
      `The folder "${root}", read as ${name}, has ${whatOf[layout.annotations[0]!]}, and this recipe learns from ${whatOf[annotation]}; lay it out as ${able.join(' or ')}, or choose another recipe.`,
    );
  }
  const content = await layout.read(root, annotation);
  if (content.examples.length === 0) {
    const [first] = content.missing;
    const why = first ? `; of ${content.missing.length} listed clips none is there (${first.reason})` : '';
    throw new DuetError(
      `The folder "${root}", read as ${name}, holds no clips${why}. Put the files there, or name another --layout.`,
    );
  }
  return { name, content };
}

/** Whether a folder in that layout says what happens when in its clips. */
export function givesEvents(layout: LayoutName): boolean {
  return layout !== 'manifest' && layouts[layout].annotations.includes('events');
}

/** How messages call what clips are annotated with. */
const whatOf: Readonly<Record<AnnotationKind, string>> = {
  class: 'a class for each clip',
  events: 'events with their times',
  captions: 'captions',
  truth: 'clips that are real or fake',
  speech: 'clips of one speaker each',
};

/** The first layout that the folder shows; one that has no such annotations only where no other has them. */
async function recognise(root: string, annotation: AnnotationKind): Promise<FolderLayoutName> {
  let other: FolderLayoutName | undefined;
  for (const [name, layout] of Object.entries(layouts) as [FolderLayoutName, Layout][]) {
    if (!(await layout.describes(root))) continue;
    if (layout.annotations.includes(annotation)) return name;
    other ??= name;
  }
  return other ?? 'folder';
}
