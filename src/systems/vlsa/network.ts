// The sizes of VLSA's network (Mo et al. 2024): one transformer over video, words and sound.
import { DuetError } from '../../errors.ts';

export type VlsaNetwork = {
  readonly video: {
    readonly frames: number;
    /** Height and width in pixels. */
    readonly imageSize: number;
    /** Side of a patch. */
    readonly patch: number;
  };
  readonly audio: {
    /** Rows of frequency and columns of time. */
    readonly size: readonly [number, number];
    readonly patch: number;
  };
  readonly text: {
    /** S: word pieces of a text, special ones and padding included. */
    readonly length: number;
    readonly vocabulary: number;
    /** E: numbers of a word's vector, before the linear layer to D. */
    readonly wordWidth: number;
  };
  /** D */
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly layerNormEpsilon: number;
  readonly decoder: { readonly width: number; readonly depth: number; readonly heads: number };
  /** Of the patches of a frame, and of those of the sound, how many the encoder does not see. */
  readonly maskedShare: { readonly video: number; readonly audio: number };
};

/** The paper's network, with the decoder of masked autoencoders. */
export const fullNetwork: VlsaNetwork = {
  video: { frames: 8, imageSize: 224, patch: 16 },
  audio: { size: [256, 256], patch: 16 },
  text: { length: 40, vocabulary: 30_522, wordWidth: 768 },
  width: 768,
  depth: 12,
  heads: 12,
  layerNormEpsilon: 1e-6,
  decoder: { width: 512, depth: 8, heads: 16 },
  maskedShare: { video: 0.75, audio: 0.75 },
};

export const patchedSides = ['video', 'audio'] as const;
export type PatchedSide = (typeof patchedSides)[number];
export const modalities = ['video', 'text', 'audio'] as const;
export type Modality = (typeof modalities)[number];

/** How a side falls into frames (sound: one) of `rows` x `columns` patches of `values` numbers, `visible` of them seen. */
export type PatchGrid = {
  readonly frames: number;
  readonly rows: number;
  readonly columns: number;
  /** Patches of a frame. */
  readonly patches: number;
  readonly values: number;
  readonly visible: number;
};

/** @throws DuetError where patches do not fill a side. */
export function patchGrid(side: PatchedSide, { video, audio, maskedShare }: VlsaNetwork): PatchGrid {
  const { patch } = side === 'video' ? video : audio;
  const [height, width] = side === 'video' ? [video.imageSize, video.imageSize] : audio.size;
  if (height % patch !== 0 || width % patch !== 0)
    throw new DuetError(`VLSA: patches of ${patch} do not fill ${height} x ${width} of ${side}; choose a multiple.`);
  const [rows, columns] = [height / patch, width / patch];
  const patches = rows * columns;
  const channels = side === 'video' ? 3 : 1;
  return {
    frames: side === 'video' ? video.frames : 1,
    rows,
    columns,
    patches,
    values: channels * patch ** 2,
    visible: Math.floor((1 - maskedShare[side]) * patches),
  };
}
