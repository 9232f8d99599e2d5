// The options of the filterbank form.
import * as z from 'zod';
import { settingMeta } from '../../train/setting-fields.ts';

const count = z.int().positive();
const share = z.number().min(0);
const chain = settingMeta('Speech chain');

/** The options by their names in the reference runs. */
export const filterbankConfigSchema = z.strictObject({
  sampleRate: count.meta({ help: 'of the sound, in hertz' }),
  framesPerSecond: z.number().positive().meta({ help: 'of the picture’s features' }),
  kernel: count.multipleOf(2).meta({ help: 'length of a filter in samples; filters follow each other by half of it' }),
  channels: count.meta({ help: 'filters, and the width of everything after them' }),
  chunk: count.multipleOf(2).meta({ help: 'encoder frames in a chunk; chunks follow each other by half of it' }),
  visualWidth: count.meta({ help: 'width of a frame’s frozen feature' }),
  visualBlocks: z.int().min(0).meta({ help: 'residual blocks along the frames of the picture' }),
  heads: count.meta({ help: 'of attention' }),
  feedForward: count.meta({ help: 'width between a layer’s two linear maps' }),
  intraLayers: count.meta({ help: 'layers within chunks, in each block' }),
  interLayers: count.meta({ help: 'layers across chunks, in each block' }),
  perceptionBlocks: count.meta({ help: 'dual-path blocks of the perception stage' }),
  productionBlocks: z
    .int()
    .min(0)
    .meta(chain('--production-blocks <number>', 'dual-path blocks of the production stage; 0: perception only')),
  productionInput: z
    .enum(['perception', 'perception+mixture'])
    .meta(chain('--production-input <what>', 'what the production stage hears')),
  productionOrder: z
    .enum(['inter-intra', 'intra-inter'])
    .meta(chain('--production-order <order>', 'whether its blocks look across chunks or within them first')),
  query: z.enum(['condition', 'dominant']).meta(chain('--query <side>', 'which side of a conditional layer asks')),
  detachPerception: z
    .boolean()
    .meta(chain('--detach-perception', 'end the production stage’s gradients at the perceived speech')),
  perceptionWeight: share.meta(
    chain('--perception-weight <weight>', 'of the perception stage’s loss beside the other'),
  ),
  matchWeight: share.meta(chain('--match-weight <weight>', 'of semantic matching')),
  matchWidth: count.meta({ help: 'width of what is matched' }),
  temperature: z.number().positive().meta({ help: 'of the matching' }),
  matchLevel: z.enum(['clip', 'frame']).meta(chain('--match-level <level>', 'what is matched: whole clips or chunks')),
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
