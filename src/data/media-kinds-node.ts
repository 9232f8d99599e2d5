// What a file is by its extension.
import { extname } from 'node:path';
import { pictureExtensions } from '../media/still-picture-node.ts';

const videoExtensions = new Set(
  '.mp4 .m4v .mov .webm .mkv .avi .mpg .mpeg .flv .wmv .ts .mts .m2ts .3gp .ogv .mjpeg .vob .asf'.split(' '),
);
const soundExtensions = new Set('.wav .mp3 .m4a .aac .flac .ogg .oga .opus .weba'.split(' '));
/** Read without ffmpeg wherever there is a decoder package. */
const nativeContainers = new Set('.mp4 .m4v .mov .webm .mkv'.split(' '));

export type MediaKind = 'video' | 'picture' | 'sound';

/** Undefined for what is none of these. */
export function mediaKindOf(name: string): MediaKind | undefined {
  const extension = extname(name).toLowerCase();
  if (videoExtensions.has(extension)) return 'video';
  if (pictureExtensions.has(extension)) return 'picture';
  return soundExtensions.has(extension) ? 'sound' : undefined;
}

/** Whether a video's container is read without ffmpeg. */
export function isNativeContainer(name: string): boolean {
  return nativeContainers.has(extname(name).toLowerCase());
}

/** A name without its extension; a dot that begins no media extension belongs to the name. */
export function stemOf(name: string): string {
  return mediaKindOf(name) ? name.slice(0, -extname(name).length) : name;
}
