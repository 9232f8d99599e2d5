// What the layers above know of a media file, however it is decoded.
import type { Picture } from '../signal/picture.ts';
import type { Sound, Waveform } from '../signal/waveform.ts';

/**
 * Where a clip's picture and sound come from, and which seconds of them are the clip. Times are on the file's own
 * clock.
 */
export type MediaReference = (
  | { readonly kind: 'video'; readonly path: string }
  | { readonly kind: 'pair'; readonly image: string; readonly audio: string }
  | { readonly kind: 'frames'; readonly folder: string; readonly audio: string; readonly framesPerSecond?: number }
) & { readonly start?: number; readonly end?: number };

/** The files and folders that a reference names. */
export function referencePaths(reference: MediaReference): readonly string[] {
  if (reference.kind === 'video') return [reference.path];
  return reference.kind === 'pair' ? [reference.image, reference.audio] : [reference.folder, reference.audio];
}

export type VideoTrack = {
  readonly codec: string;
  /** Width as shown: after rotation and with pixels made square. */
  readonly width: number;
  readonly height: number;
  /** Clockwise turn already applied to the frames that are read. */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly pixelAspectRatio: number;
};

export type AudioTrack = {
  readonly codec: string;
  readonly sampleRate: number;
  readonly channels: number;
};

/** A picture or sound that a file has and nothing here decodes, beside one that is read. */
export type Undecoded = { readonly missing: 'picture' | 'sound'; readonly codec: string };

/** In a sentence without its end: what it is. */
export function undecodedText({ missing, codec }: Undecoded): string {
  return `its ${missing} is in the codec ${codec}, which is not supported here`;
}

/**
 * An open media file. Close it; everything it read stays valid.
 * Time 0 is the file's own, or where its first track begins if that is later.
 */
export type Media = {
  readonly container: string;
  /** Length in seconds from time 0 to the end of the longest track. */
  readonly duration: number;
  readonly video: VideoTrack | undefined;
  readonly audio: AudioTrack | undefined;
  /** Why `video` or `audio` is undefined though the file has it. */
  readonly undecoded?: Undecoded | undefined;
  /**
   * For each asked time, in ascending order, the last frame whose time is not after it (the first frame, if all are
   * after). Frames come upright, with square pixels, as 8-bit RGB.
   */
  readFrames(times: readonly number[]): Promise<Picture[]>;
  /**
   * The sound from `start` to `end`, mean of all channels, at the file's own sample rate.
   * Exactly round((end - start) * sampleRate) samples: zeros where the file has none.
   */
  readWaveform(start: number, end: number): Promise<Waveform>;
  /** The same sound with its channels apart, as many as the track states. */
  readChannels(start: number, end: number): Promise<Sound>;
  /** Frees the decoders and the file; pictures and sound that were read stay. */
  close(): Promise<void>;
};
