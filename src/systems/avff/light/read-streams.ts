// From an open clip to what the light detector keeps of it, as it is and as it comes back from a strong encoding.
import { readSound } from '../../../data/read-sound.ts';
import { DuetError } from '../../../errors.ts';
import type { Media } from '../../../media/media.ts';
import { canRecode, recodedRate, recodePictures, recodeSound } from '../../../media/recode.ts';
import { crop } from '../../../signal/crop.ts';
import type { Picture } from '../../../signal/picture.ts';
import { resample } from '../../../signal/resample.ts';
import { resize } from '../../../signal/resize.ts';
import {
  frameSize,
  framesPerSecond,
  frameTimes,
  keptEnergies,
  keptFrame,
  type Streams,
  samplesFor,
} from './reading.ts';

/** Whole frames held at a time. */
const mostBytes = 128 * 2 ** 20;

/** About as strong as what messengers send on a bad line: the detector's square at 144 pixels. */
const strongEncoding = {
  ...{ width: 144, height: 144, framesPerSecond },
  bitRates: { picture: 45_000, sound: 20_000 },
};

export type ReadOptions = {
  /** Seconds on the clip's clock. Default: the whole clip. */
  readonly start?: number;
  readonly end?: number;
  /** Whether to look after a strong encoding too. Default: where there is an encoder. */
  readonly recode?: boolean;
};

/** `recoded` is absent where nobody asks for it, and where there is no encoder, as in a page. */
export type ReadStreams = { readonly asItIs: Streams; readonly recoded?: Streams | undefined };

/**
 * Picture and sound of a clip.
 * @throws DuetError for a clip without picture or without sound.
 */
export async function readStreams(
  media: Media,
  { start = 0, end = media.duration, recode = true }: ReadOptions = {},
): Promise<ReadStreams> {
  const { video, audio } = media;
  if (!video || !audio)
    throw new DuetError(
      `The clip has no ${video ? 'sound' : 'picture'}, and only both can be compared; give a video with both.`,
    );
  const times = frameTimes(end - start).map((time) => start + time);
  if (times.length < 2) throw new DuetError('The clip is shorter than two frames; give a longer one.');
  const frames = new Uint8Array(times.length * frameSize ** 2);
  const atOnce = Math.max(1, Math.floor(mostBytes / (video.width * video.height * 3)));
  async function* pictures(): AsyncGenerator<readonly Picture[]> {
    for (let first = 0; first < times.length; first += atOnce) {
      const read = await media.readFrames(times.slice(first, first + atOnce));
      for (const [place, picture] of read.entries()) frames.set(keptFrame(picture), (first + place) * frameSize ** 2);
      yield read;
    }
  }
  const { count, sampleRate } = samplesFor(times.length);
  const soundAt = (rate: number) =>
    readSound(media, Math.round(start * rate), Math.round((count * rate) / sampleRate), rate);
  if (!recode || !(await canRecode())) {
    for await (const _ of pictures());
    return { asItIs: { frames, energies: keptEnergies(await soundAt(sampleRate), times.length) } };
  }
  const recodedFrames = new Uint8Array(frames.length);
  let done = 0;
  for await (const decoded of recodePictures(inSquares(pictures()), strongEncoding))
    for (const picture of decoded) recodedFrames.set(keptFrame(picture), done++ * frameSize ** 2);
  const samples = await recodeSound(await soundAt(recodedRate), strongEncoding);
  const recodedSound = resample({ samples, sampleRate: recodedRate }, sampleRate).samples;
  return {
    asItIs: { frames, energies: keptEnergies(await soundAt(sampleRate), times.length) },
    recoded: { frames: recodedFrames, energies: keptEnergies(recodedSound, times.length) },
  };
}

async function* inSquares(parts: AsyncIterable<readonly Picture[]>): AsyncGenerator<readonly Picture[]> {
  for await (const pictures of parts) yield pictures.map(square);
}

/** The part of a picture that the detector sees, as large as it is encoded. */
function square(picture: Picture): Picture {
  const side = Math.min(picture.width, picture.height);
  const box = { x: (picture.width - side) >> 1, y: (picture.height - side) >> 1, width: side, height: side };
  return resize(crop(picture, box), strongEncoding.width, strongEncoding.height, 'bilinear');
}
