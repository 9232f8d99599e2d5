// What training and evaluation are fed with, and the orders from which it is made.
import type { MediaReference } from '../media/media.ts';
import type { MissingModality } from './model-inputs.ts';

/** B clips side by side; the last batch of an epoch may be smaller. */
export type Batch = {
  /** [B, 3, height, width], normalised. */
  readonly images: Float32Array;
  /** [B, 1, height, width]. */
  readonly spectrograms: Float32Array;
  /** [B] class indices; -1 for a background pair. */
  readonly labels: Int32Array;
  readonly pictureIds: readonly string[];
  /** The same as the picture's, but for background pairs. */
  readonly soundIds: readonly string[];
  /** B. */
  readonly count: number;
};

/** A clip that could not be used, and why. */
export type SkippedClip = { readonly id: string; readonly reason: string };

/** A clip used with a plain picture or silence in place of what it lacks. */
export type SubstitutedClip = { readonly id: string; readonly missing: MissingModality };

/** A clip whose features are in the cache. */
export type CachedClip = { readonly id: string; readonly key: string; readonly media: MediaReference };

export type BatchItem = {
  readonly picture: CachedClip;
  /** The same clip, or one of another class. */
  readonly sound: CachedClip;
  readonly label: number;
};

export type Masking = {
  /** Longest masked stretch along time, in cells of the spectrogram. */
  readonly maxTime: number;
  /** Widest masked band of frequencies, in cells. */
  readonly maxFrequency: number;
};

/** How training clips are varied; every draw is named by seed, epoch and clip. */
export type Augmentation = {
  readonly seed: number;
  readonly epoch: number;
  /** Random resized crop, flip and window; otherwise the clip as evaluation sees it. */
  readonly standard: boolean;
  /** Least and greatest part of the picture's area to keep. */
  readonly cropScale: readonly [number, number];
  readonly masking: Masking | undefined;
};

export type BatchOrder = {
  readonly items: readonly BatchItem[];
  /** Absent for evaluation: the middle window, nothing varied. */
  readonly augmentation: Augmentation | undefined;
};

/** Whether a pair's picture or sound is the clip's. */
export function usesClip({ picture, sound }: BatchItem, id: string): boolean {
  return picture.id === id || sound.id === id;
}
