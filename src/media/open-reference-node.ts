// Opening whatever a data set names as a clip.
import { type Owned, owned } from '../owned.ts';
import type { Media, MediaReference } from './media.ts';
import { mediaWindow } from './media-window.ts';
import { openMedia } from './open-media-node.ts';
import { framesMedia, pairMedia } from './stills-media-node.ts';

/**
 * Opens a clip. With `start` or `end`, time 0 is `start`, and the clip lasts to `end` or to the file's end if that comes first.
 * What cannot be opened is a DuetError that names the file, the cause and what to do.
 */
export async function openReference(reference: MediaReference): Promise<Owned<Media>> {
  const media = await openWhole(reference);
  const { start, end } = reference;
  if (start === undefined && end === undefined) return owned(media, media.close);
  try {
    return owned(mediaWindow(media, nameOf(reference), start ?? 0, end), media.close);
  } catch (error) {
    await media.close();
    throw error;
  }
}

function openWhole(reference: MediaReference): Promise<Media> {
  if (reference.kind === 'pair') return pairMedia(reference.image, reference.audio);
  if (reference.kind === 'frames') return framesMedia(reference.folder, reference.audio, reference.framesPerSecond);
  return openMedia(reference.path);
}

function nameOf(reference: MediaReference): string {
  return reference.kind === 'video' ? reference.path : reference.audio;
}
