// Clips whose files hold the same bytes. Only files of one size are read.
import { stat } from 'node:fs/promises';
import { type MediaReference, referencePaths } from '../media/media.ts';
import { labelOf } from './annotation.ts';
import { contentHash, fileHash } from './content-hash-node.ts';
import { type Example, groupBy, type Split } from './dataset.ts';
import { runAhead } from './run-ahead.ts';

export type DuplicateClip = { readonly id: string; readonly label: string; readonly split: Split };

/** Clips of the same content. Across splits they make test results look better than they are. */
export type Duplicates = { readonly clips: readonly DuplicateClip[]; readonly isAcrossSplits: boolean };

export type FindDuplicatesOptions = {
  /** The cache folder in which hashes are remembered; training uses them again. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
};

const readAtOnce = 4;

/**
 * Files that cannot be read are left out. Segments of one video are not duplicates of each other, unless splits share
 * the video.
 */
export async function findDuplicates(
  examples: readonly Example[],
  options: FindDuplicatesOptions,
): Promise<Duplicates[]> {
  const files = [...groupBy(examples, ({ media }) => referencePaths(media).join('\n'))].map(([path, clips]) => ({
    path,
    clips,
  }));
  const sized: { path: string; clips: Example[]; size: string }[] = [];
  const measure = async (file: (typeof files)[number]) => ({ ...file, size: await sizeOf(file.clips[0]!.media) });
  for await (const { size, ...file } of runAhead(files, 64, measure, options.signal))
    if (size !== undefined) sized.push({ ...file, size });

  const alike = [...groupBy(sized, ({ size }) => size).values()].filter((group) => group.length > 1).flat();
  const read = async (file: (typeof sized)[number]) => ({
    ...file,
    content: await contentOf(file.clips[0]!.media, options.folder),
  });
  const contents = new Map<string, string>();
  let done = 0;
  for await (const { path, content } of runAhead(alike, readAtOnce, read, options.signal)) {
    if (content !== undefined) contents.set(path, content);
    options.onProgress?.(++done, alike.length);
  }
  const same = groupBy(sized, ({ path }) => contents.get(path) ?? path);
  return [...same.values()].flatMap((group) => {
    // One clip stands for all segments of a file in a split.
    const clips = group.flatMap(({ clips: ofFile }) =>
      [...groupBy(ofFile, ({ split }) => split).values()].map(([first]) => first!),
    );
    if (clips.length < 2) return [];
    const isAcrossSplits = new Set(clips.map(({ split }) => split)).size > 1;
    return [{ clips: clips.map((clip) => ({ id: clip.id, label: labelOf(clip), split: clip.split })), isAcrossSplits }];
  });
}

/** What must be equal where contents are. */
async function sizeOf(media: MediaReference): Promise<string | undefined> {
  const files = media.kind === 'frames' ? [media.audio] : referencePaths(media);
  const sizes = await Promise.all(files.map(async (path) => (await stat(path)).size)).catch(() => undefined);
  return sizes && `${media.kind} ${sizes.join(' ')}`;
}

function contentOf(media: MediaReference, folder: string): Promise<string | undefined> {
  return contentHash(media, (path) => fileHash(folder, path)).catch(() => undefined);
}
