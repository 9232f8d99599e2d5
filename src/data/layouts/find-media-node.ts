// The files of named clips, wherever they lie in a folder: raw videos, or extracted frames and sounds in folders of
// their own.
import { join, relative, sep } from 'node:path';
import type { MediaReference } from '../../media/media.ts';
import { listFolder } from '../folder-layout-node.ts';
import { isNativeContainer, mediaKindOf, stemOf } from '../media-kinds-node.ts';

/** Paths of what was found under one name, the first in the order of paths for each kind. */
type ClipFiles = { native?: string; other?: string; frames?: string; picture?: string; sound?: string };

export type MediaFinder = {
  /** All names that were found, in no order. */
  readonly names: Iterable<string>;
  /**
   * The clip under the first of the names that has one, with its id: a video that is read without ffmpeg, else frames
   * with a sound, else any video, else a picture with a sound. A string says why there is none.
   */
  clip(...names: readonly string[]): FoundClip | string;
  /** A sound file of that name, for what needs no picture. */
  sound(name: string): FoundClip | undefined;
};

export type FoundClip = { readonly name: string; readonly id: string; readonly media: MediaReference };

/**
 * Looks through `root` once, sub-folders included. `isWanted` is asked for each file's name without extension, and for
 * each folder's, as a clip's frames lie in a folder named like it (with or without .mp4).
 */
export async function findMedia(root: string, isWanted: (name: string) => boolean): Promise<MediaFinder> {
  const found = new Map<string, ClipFiles>();
  const filesOf = (name: string) => {
    const files = found.get(name) ?? {};
    found.set(name, files);
    return files;
  };

  async function visit(folder: string, depth: number): Promise<void> {
    const { files, folders } = await listFolder(folder);
    for (const file of files) {
      const name = stemOf(file);
      const kind = mediaKindOf(file);
      if (!kind || !isWanted(name)) continue;
      const slot = kind === 'video' ? (isNativeContainer(file) ? 'native' : 'other') : kind;
      filesOf(name)[slot] ??= join(folder, file);
    }
    for (const sub of folders) {
      const path = join(folder, sub);
      if (isWanted(stemOf(sub)) && (await holdsPictures(path))) filesOf(stemOf(sub)).frames ??= path;
      else if (depth < deepest) await visit(path, depth + 1);
    }
  }
  await visit(root, 0);

  const idOf = (path: string) => relative(root, path).split(sep).join('/');
  function clipOf(name: string): FoundClip | string {
    const { native, other, frames, picture, sound } = found.get(name) ?? {};
    const video = native ?? (frames && sound ? undefined : other);
    if (video) return { name, id: idOf(video), media: { kind: 'video', path: video } };
    if (frames && sound) return { name, id: idOf(frames), media: { kind: 'frames', folder: frames, audio: sound } };
    if (picture && sound)
      return { name, id: `${idOf(picture)}+${idOf(sound)}`, media: { kind: 'pair', image: picture, audio: sound } };
    if (frames || picture) return `There are pictures but no sound file named "${name}".`;
    return sound
      ? `There is a sound but neither video nor pictures named "${name}".`
      : `There is no file named "${name}".`;
  }

  return {
    names: found.keys(),
    clip(...names) {
      const clips = names.map(clipOf);
      return clips.find((clip) => typeof clip !== 'string') ?? clips[0]!;
    },
    sound(name) {
      const path = found.get(name)?.sound;
      return path === undefined ? undefined : { name, id: idOf(path), media: { kind: 'video', path } };
    },
  };
}

/** Links may lead in circles. */
const deepest = 6;

async function holdsPictures(folder: string): Promise<boolean> {
  return (await listFolder(folder)).files.some((file) => mediaKindOf(file) === 'picture');
}
