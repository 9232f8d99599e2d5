// Still pictures with a sound file beside them, as a `Media`.
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DuetError } from '../errors.ts';
import type { Picture } from '../signal/picture.ts';
import { byFrameName } from './frame-order.ts';
import { frameIndexAt } from './frame-rule.ts';
import type { Media } from './media.ts';
import { openMedia } from './open-media-node.ts';
import { describeStill, pictureExtensions, readStill } from './still-picture-node.ts';

/** One picture, shown as long as the sound lasts. */
export async function pairMedia(image: string, audio: string): Promise<Media> {
  return stillsMedia([image], audio, undefined);
}

/**
 * A folder of numbered pictures. Picture i begins at i / `framesPerSecond`, or without that, the pictures share the
 * sound's length evenly. `byFrameName` orders them.
 */
export async function framesMedia(folder: string, audio: string, framesPerSecond: number | undefined): Promise<Media> {
  if (framesPerSecond !== undefined && !(framesPerSecond > 0)) {
    throw new DuetError(`The frames per second of ${folder} are ${framesPerSecond}; give a number above 0.`);
  }
  const names = await readdir(folder).catch(() => {
    throw new DuetError(`${folder} is not a folder that can be read; check the path.`);
  });
  const pictures = names.filter((name) => pictureExtensions.has(extname(name).toLowerCase()) && !name.startsWith('.'));
  if (pictures.length === 0) throw new DuetError(`${folder} holds no pictures (jpg, png, webp, ...); check the path.`);
  pictures.sort(byFrameName);
  return stillsMedia(
    pictures.map((name) => join(folder, name)),
    audio,
    framesPerSecond,
  );
}

async function stillsMedia(
  paths: readonly string[],
  audio: string,
  framesPerSecond: number | undefined,
): Promise<Media> {
  const { codec, width, height, rotation } = await describeStill(paths[0]!);
  const sound = await openMedia(audio);
  const interval = framesPerSecond === undefined ? sound.duration / paths.length : 1 / framesPerSecond;
  const starts = paths.map((_, index) => index * interval);

  const read = async (index: number): Promise<Picture> => {
    const picture = await readStill(paths[index]!);
    if (picture.width === width && picture.height === height) return picture;
    throw new DuetError(
      `${paths[index]} is ${picture.width} x ${picture.height} pixels, but ${paths[0]} is ${width} x ${height}; make all pictures of a clip one size.`,
    );
  };

  return {
    container: paths.length === 1 ? 'picture and sound' : 'pictures and sound',
    duration: framesPerSecond === undefined ? sound.duration : Math.max(sound.duration, paths.length * interval),
    video: { codec, width, height, rotation, pixelAspectRatio: 1 },
    audio: sound.audio,
    ...(sound.undecoded?.missing === 'sound' && { undecoded: sound.undecoded }),
    readFrames: async (times) => {
      const wanted = times.map((time) => frameIndexAt(starts, time));
      const pictures = new Map<number, Picture>();
      for (const index of new Set(wanted)) pictures.set(index, await read(index));
      return wanted.map((index) => pictures.get(index)!);
    },
    readWaveform: (start, end) => sound.readWaveform(start, end),
    readChannels: (start, end) => sound.readChannels(start, end),
    close: () => sound.close(),
  };
}
