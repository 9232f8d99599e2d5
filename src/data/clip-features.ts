// Everything training and evaluation may ask of a clip, taken from its file in one go.
import type { Media } from '../media/media.ts';
import { frontEnds } from '../signal/front-ends.ts';
import type { Picture } from '../signal/picture.ts';
import { resize } from '../signal/resize.ts';
import { evaluationPicture, type MissingModality, missingModality, windowSpectrograms } from './model-inputs.ts';
import { type InputSettings, trainingShortSide } from './settings.ts';
import { candidateWindows, frameTime, middleOf, wholeClip } from './windows.ts';

export type ClipFeatures = {
  readonly missing: MissingModality | undefined;
  /** The middle window's frame at the model's input size. Absent when the clip has no picture. */
  readonly evaluation: Picture | undefined;
  /**
   * Each window's frame, in its own size or scaled down to a short side of `trainingShortSide`. Empty when the clip has
   * no picture.
   */
  readonly training: readonly Picture[];
  /**
   * Each window's spectrogram, [1, height, width]. Frozen choices of the window make these few, and making one takes
   * longer than reading it.
   */
  readonly spectrograms: readonly Float32Array[];
};

/** Reads an open clip's candidate windows. Throws DuetError for clips with nothing to read. */
export async function readClip(media: Media, settings: InputSettings): Promise<ClipFeatures> {
  const missing = missingModality(media);
  const windows = candidateWindows(wholeClip(media), frontEnds[settings.frontEnd].seconds);
  const spectrograms = await windowSpectrograms(media, windows, settings);
  if (!media.video) return { missing, evaluation: undefined, training: [], spectrograms };
  const frames = await media.readFrames(windows.map(frameTime));
  const evaluation = evaluationPicture(frames[middleOf(windows)]!, settings);
  return { missing, evaluation, training: frames.map((frame) => trainingPicture(frame, settings)), spectrograms };
}

function trainingPicture(frame: Picture, settings: InputSettings): Picture {
  const scale = trainingShortSide(settings) / Math.min(frame.width, frame.height);
  if (scale >= 1) return frame;
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return resize(frame, side(frame.width), side(frame.height), settings.resizeFilter);
}
