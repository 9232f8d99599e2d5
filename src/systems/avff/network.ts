// The sizes of AVFF's network (Oorloff et al. 2024): two encoders whose tokens fall into the same slices of time.
import { DuetError } from '../../errors.ts';

export type AvffNetwork = {
  readonly video: {
    readonly frames: number;
    /** Height and width in pixels. */
    readonly imageSize: number;
    /** Frames, rows and columns of a patch. */
    readonly patch: readonly [number, number, number];
  };
  readonly audio: {
    readonly frames: number;
    readonly melBins: number;
    /** Frames and mel bins of a patch. */
    readonly patch: readonly [number, number];
    /** A token without position in front, as AudioMAE has one; it is dropped at the end. */
    readonly classToken: boolean;
    /** Positions computed here, or those of the weights that the encoder starts from. */
    readonly positions: 'computed' | 'given';
  };
  /** S: slices of time, the same for picture and sound. */
  readonly slices: number;
  /** D */
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  /** Heads of the blocks in A2V and V2A. */
  readonly fusionHeads: number;
  readonly layerNormEpsilon: { readonly video: number; readonly audio: number; readonly fusion: number };
};

/** ViT-B for 3.2 seconds at 5 frames a second, with MARLIN's and AudioMAE's sizes. */
export const fullNetwork: AvffNetwork = {
  video: { frames: 16, imageSize: 224, patch: [2, 16, 16] },
  audio: { frames: 768, melBins: 128, patch: [16, 16], classToken: true, positions: 'computed' },
  slices: 8,
  width: 768,
  depth: 12,
  heads: 12,
  fusionHeads: 12,
  layerNormEpsilon: { video: 1e-5, audio: 1e-6, fusion: 1e-6 },
};

export const sides = ['video', 'audio'] as const;
export type Side = (typeof sides)[number];

/** What each side stands for after patching: `tokens` patches of `values` numbers, `perSlice` of them in a slice. */
export type TokenSizes = Readonly<
  Record<Side, { readonly tokens: number; readonly values: number; readonly perSlice: number }>
>;

/** @throws DuetError where patches do not fill an input or slices do not hold the same time of both. */
export function tokenSizes({ video, audio, slices }: AvffNetwork): TokenSizes {
  const [videoTime, rows, columns] = video.patch;
  const [audioTime, bins] = audio.patch;
  const countOf = (name: string, whole: number, part: number) => {
    if (whole % part !== 0)
      throw new DuetError(`AVFF: ${name} ${whole} is no multiple of ${part}; choose one that is.`);
    return whole / part;
  };
  const videoTimes = countOf('video.frames', video.frames, videoTime);
  const audioTimes = countOf('audio.frames', audio.frames, audioTime);
  countOf('the number of video patches along time', videoTimes, slices);
  countOf('the number of audio patches along time', audioTimes, slices);
  const perTime = {
    video: countOf('video.imageSize', video.imageSize, rows) * countOf('video.imageSize', video.imageSize, columns),
    audio: countOf('audio.melBins', audio.melBins, bins),
  };
  return {
    video: {
      tokens: videoTimes * perTime.video,
      values: 3 * videoTime * rows * columns,
      perSlice: (videoTimes / slices) * perTime.video,
    },
    audio: {
      tokens: audioTimes * perTime.audio,
      values: audioTime * bins,
      perSlice: (audioTimes / slices) * perTime.audio,
    },
  };
}
