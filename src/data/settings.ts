// How clips become model inputs: the settings that a model's adapter carries and every reader of clips shares.
import { type FrontEndName, frontEnds } from '../signal/front-ends.ts';
import type { Colour } from '../signal/normalise-picture.ts';

/** What a model's picture and spectrogram are made like. */
export type InputSettings = {
  /** Height and width of the model's picture in pixels; one number for a square. */
  readonly imageSize: number | readonly [number, number];
  /** Per channel (red, green, blue), for values scaled to 0 ... 1. */
  readonly mean: Colour;
  readonly std: Colour;
  readonly frontEnd: FrontEndName;
  /** Height and width of the spectrogram in cells; by default the front end's own. */
  readonly spectrogramSize?: readonly [number, number];
  readonly resizeFilter: 'bicubic';
};

export type Size = { readonly height: number; readonly width: number };

/** The model's picture size in pixels. */
export function imageSizeOf({ imageSize }: InputSettings): Size {
  const [height, width] = typeof imageSize === 'number' ? [imageSize, imageSize] : imageSize;
  return { height, width };
}

/** The spectrogram's size in cells. */
export function spectrogramSizeOf({ frontEnd, spectrogramSize }: InputSettings): Size {
  const [height, width] = spectrogramSize ?? [frontEnds[frontEnd].height, frontEnds[frontEnd].width];
  return { height, width };
}

/** Longest allowed short side of a stored training picture: 256 for an input of 224, in proportion for others. */
export function trainingShortSide(settings: InputSettings): number {
  const { height, width } = imageSizeOf(settings);
  return Math.ceil((Math.max(height, width) * 8) / 7);
}
