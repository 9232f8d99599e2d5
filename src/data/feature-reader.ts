// What of a clip's features a batch is made from, wherever they are stored.
import type { Picture } from '../signal/picture.ts';

/** A clip's stored features, open for reading. */
export type FeatureReader = {
  /** How many candidate windows there are. */
  readonly windows: number;
  /** The middle window's frame at the model's size; undefined for a clip without picture. */
  evaluation(): Promise<Picture | undefined>;
  /** The frame of a window; `middle` is the one that evaluation uses. */
  training(window: number | 'middle'): Promise<Picture | undefined>;
  /** A spectrogram of its own, [1, height, width], which the caller may change. */
  spectrogram(window: number | 'middle'): Promise<Float32Array>;
  close(): Promise<void>;
};

/** Thrown for stored features that are not whole: make them anew. */
export class DamagedEntry extends Error {}
