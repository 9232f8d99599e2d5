// From an open clip to what the light detector keeps of it.
import { readSound } from '../../../data/read-sound.ts';
import { DuetError } from '../../../errors.ts';
import type { Media } from '../../../media/media.ts';
import { frameSize, frameTimes, keptEnergies, keptFrame, type Streams, samplesFor } from './reading.ts';

/** Whole frames held at a time. */
const mostBytes = 128 * 2 ** 20;

export type ReadOptions = {
  /** Seconds on the clip's clock. Default: the whole clip. */
  readonly start?: number;
  readonly end?: number;
};

/**
 * Picture and sound of a clip.
 * @throws DuetError for a clip without picture or without sound.
 */
export async function readStreams(
  media: Media,
  { start = 0, end = media.duration }: ReadOptions = {},
): Promise<Streams> {
  const { video, audio } = media;
  if (!video || !audio)
    throw new DuetError(
      `The clip has no ${video ? 'sound' : 'picture'}, and only both can be compared; give a video with both.`,
    );
  const times = frameTimes(end - start).map((time) => start + time);
  if (times.length < 2) throw new DuetError('The clip is shorter than two frames; give a longer one.');
  const frames = new Uint8Array(times.length * frameSize ** 2);
  const atOnce = Math.max(1, Math.floor(mostBytes / (video.width * video.height * 3)));
  for (let first = 0; first < times.length; first += atOnce) {
    const pictures = await media.readFrames(times.slice(first, first + atOnce));
    for (const [place, picture] of pictures.entries()) frames.set(keptFrame(picture), (first + place) * frameSize ** 2);
  }
  const { count, sampleRate } = samplesFor(times.length);
  const samples = await readSound(media, Math.round(start * sampleRate), count, sampleRate);
  return { frames, energies: keptEnergies(samples, times.length) };
}
