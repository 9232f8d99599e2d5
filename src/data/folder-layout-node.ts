// A folder with one sub-folder per class, optionally under train/ val/ test/, read as labelled clips.
import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, join, relative, sep } from 'node:path';
import { DuetError } from '../errors.ts';
import { readError } from '../files/file-error.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import type { MediaReference } from '../media/media.ts';
import { ofClass } from './annotation.ts';
import { byCodeUnits, type IgnoredFile, readSplitNames, type Split, type UnsplitExample } from './dataset.ts';
import { mediaKindOf } from './media-kinds-node.ts';

export type FolderContent = { readonly examples: UnsplitExample[]; readonly ignored: IgnoredFile[] };

export type Listing = { readonly files: string[]; readonly folders: string[] };

/**
 * Reads `root/<class>/...` or `root/<split>/<class>/...`. A clip is a video, a picture and a sound of the same stem,
 * or a sub-folder of frames with a sound file in it. What belongs to no clip is listed in `ignored`.
 */
export async function readFolderLayout(root: string): Promise<FolderContent> {
  const top = await listFolder(root);
  if (top.folders.length === 0) {
    if (top.files.length === 0)
      throw new DuetError(`The folder "${root}" is empty; put one sub-folder of clips per class into it.`);
    throw new DuetError(
      `The folder "${root}" has no sub-folders; put the clips of each class into a sub-folder named after the class.`,
    );
  }
  const splitOf = readSplitNames(top.folders);
  const splitFolders = top.folders.filter((name) => splitOf(name) !== undefined);
  const others = top.folders.filter((name) => splitOf(name) === undefined);
  const content: FolderContent = { examples: [], ignored: [] };
  if (others.length === 0) {
    for (const name of splitFolders) {
      const folder = join(root, name);
      const inside = await listFolder(folder);
      for (const label of inside.folders) await readClass(root, join(folder, label), label, splitOf(name), content);
    }
  } else {
    if (splitFolders.some((name) => splitOf(name) === 'train') && splitFolders.length > 1) {
      throw new DuetError(
        `The folder "${root}" mixes split folders (${splitFolders.join(', ')}) with others (${others.slice(0, 3).join(', ')}); ` +
          'leave either only split folders or only class folders in it.',
      );
    }
    for (const label of top.folders) await readClass(root, join(root, label), label, undefined, content);
  }
  if (content.examples.length === 0) {
    throw new DuetError(
      `The folder "${root}" holds no clips; each class folder needs videos, pictures with sounds, or folders of frames.`,
    );
  }
  return content;
}

async function readClass(
  root: string,
  folder: string,
  label: string,
  split: Split | undefined,
  content: FolderContent,
): Promise<void> {
  const { files, folders } = await listFolder(folder);
  const name = (path: string) => relative(root, path).split(sep).join('/');
  const ignore = (file: string, reason: string) => content.ignored.push({ path: name(join(folder, file)), reason });
  let found = 0;
  const add = (id: string, media: MediaReference) => {
    content.examples.push({ id, annotations: ofClass(label), media, ...(split && { split }) });
    found++;
  };

  const byStem = new Map<string, { videos: string[]; images: string[]; sounds: string[] }>();
  for (const file of files) {
    const extension = extname(file).toLowerCase();
    const stem = file.slice(0, file.length - extension.length);
    const entry = byStem.get(stem) ?? { videos: [], images: [], sounds: [] };
    const kind = mediaKindOf(file);
    if (await isMisnamed(join(folder, file))) {
      ignore(file, 'a name that is not UTF-8; rename it');
      continue;
    }
    if (kind === 'video') entry.videos.push(file);
    else if (kind === 'picture') entry.images.push(file);
    else if (kind === 'sound') entry.sounds.push(file);
    else {
      ignore(file, 'not a known kind of video, picture or sound');
      continue;
    }
    byStem.set(stem, entry);
  }
  const usedSounds = new Set<string>();
  for (const sub of folders) {
    const subFolder = join(folder, sub);
    const inside = await listFolder(subFolder);
    if (!inside.files.some((file) => mediaKindOf(file) === 'picture')) {
      ignore(`${sub}/`, 'a folder without frames');
      continue;
    }
    const sounds = inside.files.filter((file) => mediaKindOf(file) === 'sound');
    const beside = byStem.get(sub)?.sounds ?? [];
    const sound =
      sounds.length > 0 ? join(subFolder, sounds[0]!) : beside.length > 0 ? join(folder, beside[0]!) : undefined;
    if (sound === undefined || sounds.length > 1) {
      ignore(`${sub}/`, sounds.length > 1 ? 'frames with more than one sound file' : 'frames without a sound file');
      continue;
    }
    if (sounds.length === 0) usedSounds.add(beside[0]!);
    add(name(subFolder), { kind: 'frames', folder: subFolder, audio: sound });
  }
  for (const [, { videos, images, sounds }] of byStem) {
    for (const video of videos) add(name(join(folder, video)), { kind: 'video', path: join(folder, video) });
    const spare = sounds.filter((sound) => !usedSounds.has(sound));
    if (videos.length > 0) {
      for (const file of [...images, ...spare]) ignore(file, `beside ${videos[0]} of the same name, which has its own`);
    } else if (images.length === 1 && spare.length === 1) {
      const image = join(folder, images[0]!);
      const audio = join(folder, spare[0]!);
      add(`${name(image)}+${name(audio)}`, { kind: 'pair', image, audio });
    } else if (images.length > 0 && spare.length > 0) {
      for (const file of [...images, ...spare]) ignore(file, 'more than one picture or sound of the same name');
    } else {
      for (const file of images) ignore(file, 'a picture without a sound of the same name');
      for (const file of spare) ignore(file, 'a sound without a picture of the same name');
    }
  }
  if (found === 0) {
    const start = split ? dirname(folder) : root;
    const deeper = await clipsBelow(start);
    const none = `The class folder "${name(folder)}" in "${root}" holds no clips`;
    const passedOver = content.ignored.find(({ path }) => path.startsWith(`${name(folder)}/`));
    const why = passedOver ? ` (${passedOver.path}: ${passedOver.reason})` : '';
    if (deeper === undefined) throw new DuetError(`${none}${why}; add some or remove the folder.`);
    const levels = relative(start, deeper).split(sep).length - 1;
    const where = `class folders ${levels === 1 ? 'one level' : `${levels} levels`} deeper, such as "${name(deeper)}"`;
    throw new DuetError(
      split
        ? `${none}, but there are ${where}; move them up into "${name(start)}".`
        : `${none}, but there are ${where}; name "${dirname(deeper)}" as the data instead.`,
    );
  }
}

/** Links may lead in circles. */
const deepest = 6;

/** The first folder with clips that lies too deep in `start` to be a class, nearer ones first. */
async function clipsBelow(start: string): Promise<string | undefined> {
  let folders = [start];
  for (let depth = 0; depth < deepest; depth++) {
    const inside: string[] = [];
    for (const folder of folders) {
      const { files, folders: subs } = await listFolder(folder);
      const kinds = files.map(mediaKindOf);
      // A folder of frames has one sound.
      if (kinds.includes('video') || kinds.filter((kind) => kind === 'sound').length > 1) {
        if (depth > 1) return folder;
      } else inside.push(...subs.map((sub) => join(folder, sub)));
    }
    folders = inside;
  }
  return undefined;
}

/** Bytes that are not UTF-8 are shown as U+FFFD, and under that name there is nothing. */
async function isMisnamed(path: string): Promise<boolean> {
  return path.includes('\uFFFD') && (await kindOfPath(path)) === undefined;
}

/** Names in a folder, hidden ones left out, in a fixed order; links are followed. */
export async function listFolder(folder: string): Promise<Listing> {
  const files: string[] = [];
  const folders: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw readError(folder, error);
  });
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
    const kind = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => undefined) : entry;
    if (kind?.isDirectory()) folders.push(entry.name);
    else if (kind?.isFile()) files.push(entry.name);
  }
  return { files: files.sort(byCodeUnits), folders: folders.sort(byCodeUnits) };
}
