// The options of the filterbank form.
import * as z from 'zod';

const count = z.int().positive();

export const filterbankConfigSchema = z.strictObject({
  /** Of the sound, in hertz, and of the picture's features. */
  sampleRate: count,
  framesPerSecond: z.number().positive(),
  /** Length of a filter in samples; filters follow each other by half of it. */
  kernel: count.multipleOf(2),
  /** Filters, and the width of everything after them. */
  channels: count,
  /** Encoder frames in a chunk; chunks follow each other by half of it. */
  chunk: count.multipleOf(2),
  /** Width of a frame's frozen feature. */
  visualWidth: count,
  visualBlocks: z.int().min(0),
  heads: count,
  feedForward: count,
  /** Layers within chunks and across them, in each block. */
  intraLayers: count,
  interLayers: count,
  perceptionBlocks: count,
  /** 0: perception only. */
  productionBlocks: z.int().min(0),
  /** What the production stage hears. */
  productionInput: z.enum(['perception', 'perception+mixture']),
  productionOrder: z.enum(['inter-intra', 'intra-inter']),
  /** Which side of a conditional layer asks. */
  query: z.enum(['condition', 'dominant']),
  /** Whether the production stage's gradients end at the perceived speech. */
  detachPerception: z.boolean(),
  perceptionWeight: z.number().min(0),
  matchWeight: z.number().min(0),
  matchWidth: count,
  temperature: z.number().positive(),
  matchLevel: z.enum(['clip', 'frame']),
});

export type FilterbankConfig = Readonly<z.infer<typeof filterbankConfigSchema>>;

/** How much of sound and picture a clip has. */
export type ClipSize = { readonly samples: number; readonly frames: number };

export type Grid = {
  /** Encoder frames. */
  readonly length: number;
  /** Zeros in front of them and behind. */
  readonly before: number;
  readonly behind: number;
  readonly chunks: number;
  /** For each chunk the frame of the picture that it goes with. */
  readonly frameOfChunk: readonly number[];
  /** How many chunks have a frame of their own, not the last one's once more. */
  readonly chunksWithFrames: number;
};

/** How the encoder's frames become half-overlapping chunks. */
export function gridOf(
  { kernel, chunk, sampleRate, framesPerSecond }: FilterbankConfig,
  { samples, frames }: ClipSize,
): Grid {
  const length = Math.floor((samples - kernel) / (kernel / 2)) + 1;
  const before = chunk / 2;
  const behind = chunk - ((before + (length % chunk)) % chunk) + before;
  const chunks = (before + length + behind) / before - 1;
  const own = Array.from({ length: chunks }, (_, index) =>
    Math.floor((index * before * (kernel / 2) * framesPerSecond) / sampleRate + 1e-9),
  );
  return {
    ...{ length, before, behind, chunks },
    frameOfChunk: own.map((frame) => Math.min(frames - 1, frame)),
    chunksWithFrames: own.filter((frame) => frame < frames).length,
  };
}
