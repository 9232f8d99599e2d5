// How a reference run of AVFF describes itself, in the JSON of its file's metadata.
import * as z from 'zod';
import type { DetectSettings } from './detect.ts';
import type { AvffNetwork } from './network.ts';
import type { ReconstructSettings } from './reconstruct.ts';

const size = z.int().positive();
const decoder = z.object({ dim: size, depth: size, heads: size });
const common = {
  batch: size,
  frames: size,
  imageSize: size,
  videoPatch: z.tuple([size, size, size]),
  audioFrames: size,
  melBins: size,
  audioPatch: z.tuple([size, size]),
  slices: size,
  dim: size,
  depth: size,
  heads: size,
  fusionHeads: size,
  audioClassToken: z.boolean(),
  layerNormEpsilon: z.object({ video: z.number(), audio: z.number(), fusion: z.number() }),
  learningRate: z.number().positive(),
};
const reconstructSchema = z.object({
  ...common,
  stage: z.literal(1),
  videoDecoder: decoder,
  audioDecoder: decoder,
  normaliseTargets: z.boolean(),
  temperature: z.number().positive(),
  weights: z.object({
    contrast: z.number(),
    reconstruction: z.number(),
    adversarial: z.number(),
    penalty: z.number().default(1),
  }),
  criticLearningRate: z.number().positive().optional(),
});
const detectSchema = z.object({
  ...common,
  stage: z.literal(2),
  head: z.enum(['slices', 'tokens']),
  headDim: size,
  sliceWeight: z.number().default(0),
  headLearningRate: z.number().positive(),
});
export const goldenConfigSchema = z.discriminatedUnion('stage', [reconstructSchema, detectSchema]);
export type GoldenConfig = z.infer<typeof goldenConfigSchema>;

export function networkOf(config: GoldenConfig): AvffNetwork {
  const { frames, imageSize, audioFrames, melBins, slices, dim, depth, heads, fusionHeads, layerNormEpsilon } = config;
  return {
    video: { frames, imageSize, patch: config.videoPatch },
    audio: {
      frames: audioFrames,
      melBins,
      patch: config.audioPatch,
      classToken: config.audioClassToken,
      positions: 'computed',
    },
    width: dim,
    ...{ slices, depth, heads, fusionHeads, layerNormEpsilon },
  };
}

export function reconstructSettingsOf(config: z.infer<typeof reconstructSchema>): ReconstructSettings {
  const { videoDecoder, audioDecoder, normaliseTargets, temperature, weights, learningRate } = config;
  const decoderOf = ({ dim, depth, heads }: z.infer<typeof decoder>) => ({ width: dim, depth, heads });
  const decoders = { video: decoderOf(videoDecoder), audio: decoderOf(audioDecoder) };
  const criticRate = (config.criticLearningRate ?? learningRate) / learningRate;
  return { decoders, normaliseTargets, temperature, weights, criticRate };
}

export function detectSettingsOf(config: z.infer<typeof detectSchema>): DetectSettings {
  const { head, headDim: width, sliceWeight, headLearningRate, learningRate } = config;
  return {
    head: head === 'slices' ? { kind: head, width, sliceWeight } : { kind: head, width, dropout: 0 },
    headRate: headLearningRate / learningRate,
    trains: 'all',
  };
}
