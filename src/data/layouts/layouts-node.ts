// The published layouts by name, and which of them a folder has.
import { DuetError } from '../../errors.ts';
import type { LayoutName } from '../dataset.ts';
import { readFolderLayout } from '../folder-layout-node.ts';
import { audioSetLayout } from './audioset-node.ts';
import { aveLayout, aveSegmentsLayout } from './ave-node.ts';
import { cremaDLayout, cremaDSpeakersLayout } from './crema-d-node.ts';
import type { Layout, LayoutContent } from './layout.ts';
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
  audioset: audioSetLayout,
  folder: { describes: async () => true, read: async (root) => ({ ...(await readFolderLayout(root)), missing: [] }) },
};

/**
 * Reads a folder in the named layout, or else in the first that its files show. Throws DuetError where it has no clips.
 */
export async function readLayout(
  root: string,
  forced: FolderLayoutName | undefined,
): Promise<{ readonly name: FolderLayoutName; readonly content: LayoutContent }> {
  const name = forced ?? (await recognise(root));
  const content = await layouts[name].read(root);
  if (content.examples.length === 0) {
    const [first] = content.missing;
    const why = first ? `; of ${content.missing.length} listed clips none is there (${first.reason})` : '';
    throw new DuetError(
      `The folder "${root}", read as ${name}, holds no clips${why}. Put the files there, or name another --layout.`,
    );
  }
  return { name, content };
}

async function recognise(root: string): Promise<FolderLayoutName> {
  for (const [name, layout] of Object.entries(layouts))
    if (await layout.describes(root)) return name as FolderLayoutName;
  return 'folder';
}
