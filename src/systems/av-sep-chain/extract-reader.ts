// Clips as their sound at the network's rate, the mean of the channels, and as what the frozen backbone sees in them.
import type { Reading, Window } from '../../data/intake.ts';
import { readSound } from '../../data/read-sound.ts';
import { wholeClip } from '../../data/windows.ts';
import { DuetError } from '../../errors.ts';
import type { Media } from '../../media/media.ts';
import type { OpenSession } from '../../runtime/session.ts';
import type { Box } from '../../signal/box.ts';
import { crop } from '../../signal/crop.ts';
import { flipHorizontally } from '../../signal/flip.ts';
import { greyThumbnail } from '../../signal/grey-thumbnail.ts';
import type { Picture } from '../../signal/picture.ts';
import type { Backbone } from '../../weights/backbone.ts';
import type { ClipReader } from '../system.ts';
import { windowFrames } from './blend-masks.ts';
import { fileGain } from './file-level.ts';
import { openPictureFeatures } from './picture-features.ts';

export type ExtractReaderOptions = {
  readonly backbone: Backbone;
  /** Of the sound, in hertz, and of a frame of its spectrum, in samples. */
  readonly sampleRate: number;
  readonly window: number;
  /** Samples of a window in prediction: a multiple of half a frame. */
  readonly windowSamples: number;
  /** How many pictures tell what is wanted: the target's, or also the interferer's. */
  readonly pictures: 1 | 2;
  /** In prediction, the part of the picture that shows the target, and that of what else is in view. */
  readonly boxes?: readonly Box[] | undefined;
};

/** What is read of a long training clip, in seconds. */
const mostSeconds = 60;
/** Frames whose thumbnails differ by no more than this, of 255 on average, count as one picture. */
const leastChange = 3;

/** All that a reading depends on beside the clip. */
export function readingKey({ backbone, sampleRate }: Pick<ExtractReaderOptions, 'backbone' | 'sampleRate'>) {
  return ['extract', 2, sampleRate, backbone.hash, ...backbone.config.inputSize, mostSeconds];
}

/** Loads the backbone. Release it when done. */
export async function openExtractReader(options: ExtractReaderOptions, openSession: OpenSession): Promise<ClipReader> {
  const { backbone, sampleRate, window, windowSamples } = options;
  const seen = await openPictureFeatures(backbone, openSession);

  async function read(media: Media): Promise<Reading> {
    checkBoth(media);
    const seconds = Math.min(wholeClip(media).end, mostSeconds);
    const sound = await readSound(media, 0, Math.round(seconds * sampleRate), sampleRate);
    if (!sound.some((value) => value !== 0))
      throw new DuetError('The clip is silent; leave it out, as its sound is what is to be learnt.');
    const middle = Math.min(1, seconds) / 2;
    const times = Array.from({ length: Math.max(1, Math.floor(seconds)) }, (_, second) => second + middle);
    const pictures = withoutRepeats(await media.readFrames(times));
    const both = pictures.flatMap((picture) => [picture, flipHorizontally(picture)]);
    const visual = { shape: [pictures.length, 2, backbone.config.width], data: await seen.run(both) };
    return { arrays: { sound: { shape: [sound.length], data: sound }, visual } };
  }

  async function* windows(media: Media, seconds: number): AsyncGenerator<Window> {
    checkBoth(media);
    const hop = window / 2;
    const gain = await fileGain(media, sampleRate);
    const frames = Math.ceil((wholeClip(media).end * sampleRate) / hop) + 1;
    const hopFrames = Math.max(1, Math.round((seconds * sampleRate) / hop));
    for (const start of windowFrames(frames, windowSamples / hop + 1, hopFrames)) {
      const first = start * hop;
      const samples = await readSound(media, first, windowSamples, sampleRate);
      const [from, to] = [first / sampleRate, Math.min((first + windowSamples) / sampleRate, media.duration)];
      const [frame] = await media.readFrames([(from + to) / 2]);
      const inputs = {
        mixture: samples.map((value) => gain * value),
        target: new Float32Array(windowSamples),
        visual: await seen.run(partsOf(frame!, options)),
      };
      yield { start: from, end: to, inputs, frame };
    }
  }

  return {
    read,
    windows: (media, { hop = windowSamples / sampleRate / 2 }) => windows(media, hop),
    release: () => seen.release(),
  };
}

/** @throws DuetError for a clip without picture or sound. */
export function checkBoth({ audio, video }: Media): void {
  if (!audio || !video) throw new DuetError(`The clip has no ${audio ? 'picture' : 'sound'}; give a video with both.`);
}

/** Frames that look other than the one kept before them. */
function withoutRepeats(frames: readonly Picture[]): Picture[] {
  const kept: { readonly frame: Picture; readonly grey: Uint8Array }[] = [];
  for (const frame of frames) {
    const grey = greyThumbnail(frame, 32);
    const last = kept.at(-1)?.grey;
    const change = last ? grey.reduce((sum, value, i) => sum + Math.abs(value - last[i]!), 0) / grey.length : Infinity;
    if (change > leastChange) kept.push({ frame, grey });
  }
  return kept.map(({ frame }) => frame);
}

/** What of a frame is shown to the network. @throws DuetError for boxes that are missing or not inside the frame. */
function partsOf(frame: Picture, { pictures, boxes = [] }: ExtractReaderOptions): Picture[] {
  if (boxes.length === 0 && pictures === 1) return [frame];
  if (boxes.length !== pictures)
    throw new DuetError(
      pictures === 1
        ? 'This network takes one box, that of the target; give no more.'
        : 'This network is shown the target and what else is in view; give a box for each.',
    );
  return boxes.map((box) => {
    if (box.x + box.width > frame.width || box.y + box.height > frame.height)
      throw new DuetError(
        `The box of ${box.width} x ${box.height} at (${box.x}, ${box.y}) reaches beyond the picture of ${frame.width} x ${frame.height}; give one inside it.`,
      );
    return crop(frame, box);
  });
}
