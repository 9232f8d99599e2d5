// What a training run of the full AVFF is set to, and its recipe.
import * as z from 'zod';
import { settingMeta } from '../../train/setting-fields.ts';
import { usualTraining } from '../../train/settings.ts';
import { usualFields } from '../usual.ts';
import { type DetectSettings, fullDetect } from './detect.ts';
import { type AvffNetwork, fullNetwork } from './network.ts';
import { fullReconstruct, type ReconstructSettings } from './reconstruct.ts';

const [learning, network] = [settingMeta('Learning'), settingMeta('Network')];
const size = z.int().positive().max(65536);
const weight = z.number().min(0).max(1000);
const decoder = (side: string) =>
  z.strictObject({
    width: size.meta({ help: `channels of the ${side} decoder` }),
    depth: size.meta({ help: `blocks of the ${side} decoder` }),
    heads: size.meta({ help: `attention heads of the ${side} decoder` }),
  });

/** Checks the settings of a run of the full AVFF. */
export const avffSettingsSchema = z.strictObject({
  ...usualFields(['avff', 'avff-small'], 'always left out, as both are compared'),
  detectEpochs: z
    .int()
    .positive()
    .meta(learning('--detect-epochs <number>', 'passes of the second stage, which learns real from fake')),
  detectRate: z.number().positive().max(10).meta(learning('--detect-rate <rate>', 'learning rate of the second stage')),
  frameSize: size.meta({ help: 'height and width of a frame in pixels' }),
  patchSize: size.meta({ help: 'height and width of a patch, of two frames and of the spectrogram' }),
  spectrogramFrames: size.meta({ help: 'frames of the spectrogram of 3.2 s' }),
  melBins: size.meta({ help: 'mel filters of the spectrogram' }),
  slices: size.meta({ help: 'slices of time, half of which either side has to rebuild' }),
  width: size.meta({ help: 'channels of the encoders' }),
  depth: size.meta({ help: 'blocks of the encoders' }),
  heads: size.meta({ help: 'attention heads of the encoders, A2V and V2A' }),
  decoders: z.strictObject({ video: decoder('picture'), audio: decoder('sound') }),
  normaliseTargets: z.boolean().meta({ help: 'rebuild patches of mean 0 and deviation 1' }),
  temperature: z.number().positive().meta({ help: 'temperature of the contrastive loss' }),
  weights: z.strictObject({
    contrast: weight.meta({ help: 'weight of the contrastive loss' }),
    reconstruction: weight.meta({ help: 'weight of the squared error' }),
    adversarial: weight.meta({ help: 'weight of the adversarial loss; 0: no critics' }),
    penalty: weight.meta({ help: 'weight of the critics’ gradient penalty' }),
  }),
  head: z.enum(['slices', 'tokens']).meta(network('--head <kind>', 'what reads the features: slice by slice, or all')),
  headWidth: size.meta({ help: 'channels of the head' }),
  headRate: z.number().positive().meta({ help: 'factor on the learning rate of the head' }),
  sliceWeight: weight.meta({ help: 'weight of the loss of slices whose truth is known' }),
  dropout: z.number().min(0).lt(1).meta({ help: 'share of values dropped in the head of tokens' }),
  trains: z.enum(['all', 'head']).meta(network('--trains <what>', 'what the second stage changes')),
  trimSilence: z
    .boolean()
    .meta(network('--no-trim-silence', 'keep the time before the sound begins, though its length may betray fakes')),
  exactHop: z.boolean().meta({ help: 'spectrogram frames of exactly 4 ms, as published weights have seen' }),
  augment: z.enum(['none', 'standard']).meta({ help: 'standard: flips and grey pictures in training' }),
});

/** What `avffSettingsSchema` checks. */
export type AvffSettings = Readonly<z.infer<typeof avffSettingsSchema>>;

const fullHead = { kind: 'slices', width: 128, sliceWeight: 0.5 } as const;

/** The published sizes. */
const full: AvffSettings = {
  ...{ ...usualTraining, recipe: 'avff', missing: 'error' },
  ...{ epochs: 50, batch: 8, learningRate: 1.5e-4, weightDecay: 0.05, warmupEpochs: 2.5 },
  ...{ detectEpochs: 10, detectRate: 1e-5 },
  frameSize: fullNetwork.video.imageSize,
  patchSize: 16,
  spectrogramFrames: fullNetwork.audio.frames,
  melBins: fullNetwork.audio.melBins,
  ...{ slices: fullNetwork.slices, width: fullNetwork.width, depth: fullNetwork.depth, heads: fullNetwork.heads },
  decoders: fullReconstruct.decoders,
  normaliseTargets: fullReconstruct.normaliseTargets,
  temperature: fullReconstruct.temperature,
  weights: fullReconstruct.weights,
  ...{ head: fullHead.kind, headWidth: fullHead.width, headRate: fullDetect.headRate },
  ...{ sliceWeight: fullHead.sliceWeight, dropout: 0.5, trains: fullDetect.trains },
  ...{ trimSilence: true, exactHop: false, augment: 'standard' },
};

/** The same network in sizes that two cores train: a fiftieth of the weights, frames of half the side. */
const small: AvffSettings = {
  ...full,
  recipe: 'avff-small',
  ...{ frameSize: 112, spectrogramFrames: 256, melBins: 64, width: 192, depth: 6, heads: 3 },
  decoders: { video: { width: 96, depth: 2, heads: 3 }, audio: { width: 96, depth: 2, heads: 3 } },
  // Nothing of it is trained before, so that the second stage has more to learn than to tune.
  ...{ epochs: 30, learningRate: 5e-4, warmupEpochs: 2, detectEpochs: 15, detectRate: 1e-4, headRate: 10 },
};

/** The full AVFF in the published sizes, and in sizes that two cores train. */
export const avffRecipes: Readonly<Record<AvffSettings['recipe'], AvffSettings>> = { avff: full, 'avff-small': small };

export function networkOf(settings: AvffSettings): AvffNetwork {
  const { frameSize: imageSize, patchSize, spectrogramFrames, melBins, slices, width, depth, heads } = settings;
  return {
    ...fullNetwork,
    video: { ...fullNetwork.video, imageSize, patch: [2, patchSize, patchSize] },
    audio: { ...fullNetwork.audio, frames: spectrogramFrames, melBins, patch: [patchSize, patchSize] },
    ...{ slices, width, depth, heads, fusionHeads: heads },
  };
}

export function reconstructOf(settings: AvffSettings): ReconstructSettings {
  const { decoders, normaliseTargets, temperature, weights } = settings;
  return { decoders, normaliseTargets, temperature, weights, criticRate: 1 };
}

export function detectOf({
  head,
  headWidth: width,
  headRate,
  sliceWeight,
  dropout,
  trains,
}: AvffSettings): DetectSettings {
  return {
    head: head === 'slices' ? { kind: head, width, sliceWeight } : { kind: head, width, dropout },
    headRate,
    trains,
  };
}
