// Clips as their sound at the network's rate, the mean of the channels, and as what the frozen backbone sees in them.
import { chunks } from '../../data/batch.ts';
import type { Reading, Window } from '../../data/intake.ts';
import { readSound } from '../../data/read-sound.ts';
import { wholeClip } from '../../data/windows.ts';
import { DuetError } from '../../errors.ts';
import { joinFloat32 } from '../../files/tensor-values.ts';
import type { Media } from '../../media/media.ts';
import type { OpenSession } from '../../runtime/session.ts';
import type { Box } from '../../signal/box.ts';
import { crop } from '../../signal/crop.ts';
import { flipHorizontally } from '../../signal/flip.ts';
import { greyThumbnail } from '../../signal/grey-thumbnail.ts';
import type { Picture } from '../../signal/picture.ts';
import type { Backbone } from '../../weights/backbone.ts';
import type { ClipReader } from '../system.ts';
import { windowStarts } from './blend-masks.ts';
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
  /** Frames that are looked at: of a training clip in a second, and of a window of prediction in all. */
  readonly framesPerSecond: number;
  readonly windowFrames: number;
  /** Whether training clips are also looked at in a mirror. */
  readonly mirrored: boolean;
  /** In prediction, the part of the picture that shows the target, and that of what else is in view. */
  readonly boxes?: readonly Box[] | undefined;
};

const framesAtOnce = 16;
/** What is read of a long training clip, in seconds. */
const mostSeconds = 60;
/** Frames whose thumbnails differ by no more than this, of 255 on average, count as one picture. */
const leastChange = 3;

/** All that a reading depends on beside the clip. */
export function readingKey({
  backbone,
  sampleRate,
  framesPerSecond,
}: Pick<ExtractReaderOptions, 'backbone' | 'sampleRate' | 'framesPerSecond'>) {
  return ['extract', 3, sampleRate, framesPerSecond, backbone.hash, ...backbone.config.inputSize, mostSeconds];
}

/** Loads the backbone. Release it when done. */
export async function openExtractReader(options: ExtractReaderOptions, openSession: OpenSession): Promise<ClipReader> {
  const { backbone, sampleRate, window, windowSamples, framesPerSecond, windowFrames } = options;
  const { width } = backbone.config;
  const views = options.mirrored ? 2 : 1;
  const seen = await openPictureFeatures(backbone, openSession);

  async function read(media: Media): Promise<Reading> {
    checkBoth(media);
    const seconds = Math.min(wholeClip(media).end, mostSeconds);
    const sound = await readSound(media, 0, Math.round(seconds * sampleRate), sampleRate);
    if (!sound.some((value) => value !== 0))
      throw new DuetError('The clip is silent; leave it out, as its sound is what is to be learnt.');
    const count = Math.max(1, Math.floor(seconds * framesPerSecond));
    const { features, places } = await seenAt(media, middles(0, Math.min(seconds, count / framesPerSecond), count));
    return {
      arrays: {
        sound: { shape: [sound.length], data: sound },
        visual: { shape: [features.length / views / width, views, width], data: features },
        places: { shape: [count], data: Float32Array.from(places) },
      },
    };
  }

  /** What is seen at times: of frames that look like the one before them nothing, but its place among the features. */
  async function seenAt(media: Media, times: readonly number[]) {
    const looksNew = changes();
    const features: Float32Array[] = [];
    const places: number[] = [];
    let kept = 0;
    for (const some of chunks(times, framesAtOnce)) {
      const fresh: Picture[] = [];
      for (const frame of await media.readFrames([...some])) {
        if (looksNew(frame)) fresh.push(frame);
        places.push(kept + fresh.length - 1);
      }
      kept += fresh.length;
      const shown = options.mirrored ? fresh.flatMap((picture) => [picture, flipHorizontally(picture)]) : fresh;
      if (shown.length > 0) features.push(await seen.run(shown));
    }
    return { features: joinFloat32(features), places };
  }

  async function* windows(media: Media, seconds: number): AsyncGenerator<Window> {
    checkBoth(media);
    const hop = window / 2;
    const gain = await fileGain(media, sampleRate);
    const frames = Math.ceil((wholeClip(media).end * sampleRate) / hop) + 1;
    const hopFrames = Math.max(1, Math.round((seconds * sampleRate) / hop));
    for (const start of windowStarts(frames, windowSamples / hop + 1, hopFrames)) {
      const first = start * hop;
      const samples = await readSound(media, first, windowSamples, sampleRate);
      const [from, to] = [first / sampleRate, Math.min((first + windowSamples) / sampleRate, media.duration)];
      const times = middles(from, windowFrames === 1 ? to : from + windowSamples / sampleRate, windowFrames);
      const shown = await media.readFrames(times.map((time) => Math.min(time, to)));
      const inputs = {
        mixture: samples.map((value) => gain * value),
        target: new Float32Array(windowSamples),
        visual: await seenIn(shown),
      };
      yield { start: from, end: to, inputs, frame: shown[shown.length >> 1] };
    }
  }

  /** Features of each frame's parts, [frames, pictures, width]. */
  async function seenIn(frames: readonly Picture[]): Promise<Float32Array> {
    const looksNew = changes();
    const fresh: Picture[] = [];
    const places = frames.map((frame) => {
      if (looksNew(frame)) fresh.push(frame);
      return fresh.length - 1;
    });
    const features = await seen.run(fresh.flatMap((frame) => partsOf(frame, options)));
    const size = features.length / fresh.length;
    return joinFloat32(places.map((place) => features.subarray(place * size, (place + 1) * size)));
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

/** Middles of so many equal parts of a stretch, in seconds. */
function middles(start: number, end: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => start + ((end - start) * (index + 0.5)) / count);
}

/** Whether a frame looks other than the last one that did. */
function changes(): (frame: Picture) => boolean {
  let last: Uint8Array | undefined;
  return (frame) => {
    const grey = greyThumbnail(frame, 32);
    const before = last;
    if (before && grey.reduce((sum, value, i) => sum + Math.abs(value - before[i]!), 0) <= leastChange * grey.length)
      return false;
    last = grey;
    return true;
  };
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
