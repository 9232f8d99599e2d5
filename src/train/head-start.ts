// A quick start for the heads: they are first trained alone, on features of the untrained tokens that are computed
// once. Pictures and sounds meet only in the heads, so that any picture may be paired with any sound without running
// the backbone again.

import { groupBy } from '../data/dataset.ts';
import type { Feed } from '../data/feed.ts';
import { plainPass } from '../data/intake.ts';
import { joinFloat32 } from '../files/tensor-values.ts';
import { differentiate } from '../graph/differentiate.ts';
import { constant, elementCount, input, type Shape, type Tensor } from '../graph/tensor.ts';
import { asked, foldedConfig, pad } from '../infer/predictor.ts';
import { adaptedWeights } from '../model/adaptation.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import { createRandom, type Random } from '../random/random.ts';
import type { OpenSession } from '../runtime/session.ts';
import { encode, type Features } from '../systems/ma-avt/encoder.ts';
import { foldParameters } from '../systems/ma-avt/fold.ts';
import { headParameters, heads, type PooledFeatures, readWidth } from '../systems/ma-avt/heads.ts';
import { type Modality, modalities, modalitiesOf, type PresentModalities } from '../systems/ma-avt/modalities.ts';
import { maAvtLosses } from '../systems/ma-avt/model.ts';
import { type PairBatch, pairBatch } from '../systems/ma-avt/pair-batch.ts';
import type { TrainingConfig } from '../systems/ma-avt/recipes.ts';
import { type MaAvtConfig, trainableParameters } from '../systems/ma-avt/settings.ts';
import { featureScales, standardised, unstandardiseHeads } from '../systems/ma-avt/standardise.ts';
import { backgroundTargets, classTargets, dropoutMasks } from '../systems/ma-avt/targets.ts';
import type { Backbone } from '../weights/backbone.ts';
import { createOptimiserState, defaultOptimiser, optimiserStep } from './optimiser.ts';

const parts = ['cls', 'background', 'patchMean', 'bands'] as const;
type Part = (typeof parts)[number];
const nothing = new Float32Array(0);

/** One picture's or one sound's features: CLS, BG and the mean of the patches, [C] each. */
type OwnFeatures = { readonly label: number } & Readonly<Record<Part, Float32Array>>;
export type ClipFeatures = Readonly<Record<Modality, OwnFeatures>>;

export type HeadStartOptions = {
  readonly feed: Feed;
  readonly backbone: Backbone;
  readonly config: MaAvtConfig;
  readonly training: TrainingConfig;
  /** All trainable parameters; the heads' are changed in place. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly openSession: OpenSession;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (done: number, total: number) => void;
};

const headSteps = 400;
const headBatch = 64;
const headLearningRate = 2e-3;
/** Chosen on validation clips; few linear weights on standardised features bear more. */
const headWeightDecay = { agreement: 0.05, paper: 3 } as const;
/** Features are kept in memory: of a large data set, this many clips are enough to start from. */
const mostFeatures = 4096;
/** Passes over the training clips whose features are kept: one as they are, the others augmented. */
const passes = 3;

/** Trains the heads alone. @throws the signal's reason when it is aborted. */
export async function headStart(options: HeadStartOptions): Promise<void> {
  await trainHeads(await collectFeatures(options), options);
}

/** Trains the heads on features that are there already. @throws the signal's reason when it is aborted. */
export async function trainHeads(
  clips: readonly ClipFeatures[],
  options: Pick<HeadStartOptions, 'config' | 'parameters' | 'training' | 'openSession' | 'signal'>,
): Promise<void> {
  const { config, parameters, training } = options;
  const own = new Map(headParameters(config).map(([name]) => [name, parameters.get(name)!]));
  const scales = config.heads === 'paper' ? featureScales(clips) : undefined;
  const known = scales ? standardised(clips, scales) : clips;
  const weightDecay = headWeightDecay[config.heads];
  const state = createOptimiserState(own);
  const step = await openHeadStep(config, own, options.openSession);
  try {
    for (let index = 0; index < headSteps; index++) {
      options.signal?.throwIfAborted();
      const pairs = drawPairs(known, training, createRandom(training.seed, 'head start', index));
      const gradients = await step.run(pairs, training, index);
      const rate = (headLearningRate * (1 + Math.cos((Math.PI * index) / headSteps))) / 2;
      optimiserStep(own, gradients, state, rate, { ...defaultOptimiser, kind: 'adamw', weightDecay });
    }
  } finally {
    await step.release();
  }
  if (scales) unstandardiseHeads(own, scales, config);
}

async function collectFeatures(options: HeadStartOptions): Promise<ClipFeatures[]> {
  const { feed, backbone, config, parameters, openSession, signal, onProgress, training } = options;
  const folded = foldParameters(parameters, config);
  const extractor = await openFeatureExtractor(backbone, config, folded, openSession);
  const clips: ClipFeatures[] = [];
  const total = Math.min(mostFeatures, (await feed.count('train')) * (training.augment === 'none' ? 1 : passes));
  try {
    for (let pass = 0; clips.length < total; pass++) {
      // Augmented passes are drawn as epochs that no training reaches.
      const epoch = training.epochs + pass;
      const walk = pass === 0 ? plainPass('evaluate') : { name: 'train', seed: training.seed, epoch };
      for await (const batch of feed.batches('train', walk)) {
        signal?.throwIfAborted();
        clips.push(...(await extractor.run(pairBatch(batch))));
        onProgress(Math.min(clips.length, total), total);
        if (clips.length >= total) break;
      }
      if (clips.length === 0) break;
    }
  } finally {
    await extractor.release();
  }
  return clips;
}

export type FeatureExtractor = {
  /** The features of each pair of a batch. */
  run(batch: PairBatch): Promise<ClipFeatures[]>;
  release(): Promise<void>;
};

const extractorBatch = 8;

/**
 * Loads the backbone with the tokens as they are. Release it when done. @param folded the adapter's tensors; see
 * foldParameters.
 */
export async function openFeatureExtractor(
  backbone: Backbone,
  config: MaAvtConfig,
  folded: ReadonlyMap<string, Float32Array>,
  openSession: OpenSession,
): Promise<FeatureExtractor> {
  const shapes = trainableParameters(foldedConfig(config));
  const parameters = new Map([...folded].map(([name, values]) => [name, constant(values, shapes.get(name)!.shape)]));
  const images = input('images', [extractorBatch, 3, ...backbone.config.inputSize]);
  const spectrograms = input('spectrograms', [extractorBatch, 1, ...backbone.config.inputSize]);
  const positions = backbone.weights.get('pos_embed')!.data;
  const trainable = (name: string) => parameters.get(name)!;
  const weights = adaptedWeights(frozenWeights(backbone.weights), trainable, config);
  const features = encode(images, spectrograms, positions, weights, trainable, foldedConfig(config));
  const outputs = presentParts(features).flatMap((part) =>
    modalities.flatMap((modality) => {
      const feature = features[part]![modality];
      return feature ? [[`${modality}.${part}`, feature] as const] : [];
    }),
  );
  const session = await openSession(Object.fromEntries(outputs));
  return {
    async run(batch) {
      const clips: ClipFeatures[] = [];
      for (let start = 0; start < batch.count; start += extractorBatch) {
        const rows = (values: Float32Array, { shape }: Tensor) => {
          const length = elementCount(shape) / extractorBatch;
          return pad(values.subarray(start * length, (start + extractorBatch) * length), elementCount(shape));
        };
        const feeds = { images: rows(batch.images, images), spectrograms: rows(batch.spectrograms, spectrograms) };
        const results = await session.run(asked(session, feeds));
        for (let clip = 0; clip < Math.min(extractorBatch, batch.count - start); clip++) {
          const own = (modality: Modality, label: number): OwnFeatures => {
            const row = (part: Part) => {
              const values = results[`${modality}.${part}`] ?? nothing;
              const length = values.length / extractorBatch;
              return values.slice(clip * length, (clip + 1) * length);
            };
            return {
              label,
              cls: row('cls'),
              background: row('background'),
              patchMean: row('patchMean'),
              bands: row('bands'),
            };
          };
          clips.push({
            visual: own('visual', batch.pictureLabels[start + clip]!),
            audio: own('audio', batch.soundLabels[start + clip]!),
          });
        }
      }
      return clips;
    },
    release: () => session.release(),
  };
}

type Pair = { readonly visual: OwnFeatures; readonly audio: OwnFeatures; readonly label: number };

/**
 * Pictures with the sound of a clip of their class, or of another class as often as training has background pairs.
 * Linear heads without background see each picture with its own sound: that they learn better from.
 */
function drawPairs(clips: readonly ClipFeatures[], training: TrainingConfig, random: Random): Pair[] {
  const soundsOf = groupBy(
    clips.map(({ audio }) => audio),
    ({ label }) => String(label),
  );
  const labels = [...soundsOf.keys()];
  const background = training.model.background && labels.length > 1 ? training.backgroundProbability : 0;
  return Array.from({ length: headBatch }, () => {
    const clip = clips[random.integer(clips.length)]!;
    const { visual } = clip;
    if (training.model.heads === 'paper' && background === 0) return { ...clip, label: visual.label };
    const isBackground = random.uniform() < background;
    const others = labels.filter((label) => label !== String(visual.label));
    const sounds = soundsOf.get(isBackground ? others[random.integer(others.length)]! : String(visual.label)) ?? [];
    // A sound of its class may be missing where only a foreign one was drawn with it.
    const audio =
      sounds.length > 0 ? sounds[random.integer(sounds.length)]! : clips[random.integer(clips.length)]!.audio;
    return { visual, audio, label: audio.label === visual.label ? visual.label : -1 };
  });
}

type HeadStep = {
  run(pairs: readonly Pair[], training: TrainingConfig, index: number): Promise<Map<string, Float32Array>>;
  release(): Promise<void>;
};

async function openHeadStep(
  config: MaAvtConfig,
  own: ReadonlyMap<string, Float32Array>,
  openSession: OpenSession,
): Promise<HeadStep> {
  const perModality = (name: string, shape: Shape) => ({
    visual: input(`visual.${name}`, shape),
    audio: input(`audio.${name}`, shape),
  });
  const feature = (part: Part): PresentModalities | undefined => {
    const of = (modality: Modality) => {
      const width = partWidth(part, modality, config);
      return width > 0 ? input(`${modality}.${part}`, [headBatch, width]) : undefined;
    };
    const [visual, audio] = [of('visual'), of('audio')];
    return visual || audio ? { visual, audio } : undefined;
  };
  const features: PooledFeatures = {
    cls: feature('cls')!,
    background: feature('background'),
    patchMean: feature('patchMean'),
    bands: feature('bands'),
  };
  const parameters = new Map(headParameters(config).map(([name, { shape }]) => [name, input(name, shape)]));
  const trainable = (name: string) => parameters.get(name)!;
  const targets = {
    classes: input('classes', [headBatch, config.classes]),
    background: input('background', [headBatch]),
    own: perModality('classes', [headBatch, config.classes]),
  };
  const mask = (modality: Modality) => input(`${modality}.mask`, [headBatch, readWidth(config, modality)]);
  const masks = { visual: mask('visual'), audio: mask('audio') };
  const outputs = { ...heads(features, trainable, config, masks), features: { shared: [] } };
  const { total } = maAvtLosses(outputs, targets, trainable, { ...config, contrastive: 'none' });
  const gradients = differentiate(total, [...parameters.values()]);
  const session = await openSession(
    Object.fromEntries([...parameters.keys()].map((name, index) => [`gradient.${name}`, gradients[index]!])),
  );
  return {
    async run(pairs, { labelSmoothing, headDropout, seed }, index) {
      const stacked = (modality: Modality, part: Part) => {
        return joinFloat32(pairs.map((pair) => pair[modality][part]));
      };
      const smoothed = (labels: readonly number[]) => classTargets(labels, config.classes, labelSmoothing);
      const labels = pairs.map(({ label }) => label);
      const masks = dropoutMasks(headBatch, config, headDropout, seed, 'head start', index);
      const feeds: Record<string, Float32Array> = {
        ...Object.fromEntries(own),
        ...Object.fromEntries(
          parts.flatMap((part) => modalities.map((modality) => [`${modality}.${part}`, stacked(modality, part)])),
        ),
        classes: smoothed(labels),
        background: backgroundTargets(labels),
        'visual.classes': smoothed(pairs.map(({ visual }) => visual.label)),
        'audio.classes': smoothed(pairs.map(({ audio }) => audio.label)),
        'visual.mask': masks.visual,
        'audio.mask': masks.audio,
      };
      const results = await session.run(asked(session, feeds));
      return new Map([...own.keys()].map((name) => [name, results[`gradient.${name}`]!]));
    },
    release: () => session.release(),
  };
}

/** Numbers of a part that the heads read; 0 where they do not. */
function partWidth(part: Part, modality: Modality, config: MaAvtConfig): number {
  const { width } = config.vit;
  if (!modalitiesOf(config).includes(modality)) return 0;
  if (part === 'cls') return width;
  if (part === 'background') return config.background ? width : 0;
  if (config.heads === 'paper') return 0;
  return part === 'patchMean' ? width : readWidth(config, modality) - 2 * width;
}

function presentParts(features: Features): Part[] {
  return parts.filter((part) => features[part] !== undefined);
}
