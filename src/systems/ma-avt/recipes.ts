// What a training run is set to. A recipe is a full set of settings; the user's own win over it.
import * as z from 'zod';
import { DuetError } from '../../errors.ts';
import { frequencyAxis } from '../../signal/front-ends.ts';
import { trainingFields } from '../../train/settings.ts';
import type { BackboneConfig } from '../../weights/backbone.ts';
import { baselineNames, baselineRecipes } from './baselines.ts';
import { coherentOptions, type MaAvtConfig, modelOptionsSchema } from './settings.ts';

const positive = z.number().positive();

export const trainingConfigSchema = z.strictObject({
  recipe: z.enum(['reference', 'duet', ...baselineNames]),
  ...trainingFields,
  /** Whether the gradients of the modality that is ahead are shortened; see modulation.ts and gradient-noise.ts. */
  modulation: z.enum(['none', 'ogm-ge']).default('none'),
  frontEnd: z.enum(['vggsound', 'cremad', 'ave']),
  /** Whose mean and deviation bring pictures to the model's range. */
  normalisation: z.enum(['backbone', 'imagenet']),
  augment: z.enum(['none', 'standard']),
  /** Least and greatest part of a picture's area that the random crop keeps. */
  cropScale: z.tuple([positive, positive]),
  backgroundProbability: z.number().min(0).max(1),
  /** Share of the target that is spread over all classes. */
  labelSmoothing: z.number().min(0).lt(1),
  /** Whether the heads are first trained alone on features of the untrained tokens; see head-start.ts. */
  headStart: z.boolean(),
  /** Share of the features that the class heads do not see in a step; only heads that allow it. */
  headDropout: z.number().min(0).lt(1),
  missing: z.enum(['error', 'zero']),
  model: modelOptionsSchema,
});

export type TrainingConfig = z.infer<typeof trainingConfigSchema>;
export type RecipeName = TrainingConfig['recipe'];

/** The paper's method as its public code runs it. */
const reference: TrainingConfig = {
  recipe: 'reference',
  seed: 0,
  epochs: 50,
  batch: 256,
  learningRate: 1e-4,
  optimizer: 'adam',
  weightDecay: 0,
  schedule: 'constant',
  warmupEpochs: 0,
  stepEpochs: 30,
  clipNorm: 0,
  modulation: 'none',
  patience: null,
  frontEnd: 'vggsound',
  normalisation: 'imagenet',
  augment: 'standard',
  cropScale: [0.08, 1],
  backgroundProbability: 0.2,
  labelSmoothing: 0,
  headStart: false,
  headDropout: 0,
  missing: 'error',
  model: {
    modalities: 'both',
    adaptation: 'none',
    rank: 8,
    bottleneckWidth: 64,
    classToken: 'trained',
    tokens: { audio: 5, visual: 5, shared: 5 },
    lightSelfAttention: true,
    background: true,
    contrastive: 'blockwise-separate',
    layerwise: 'none',
    positions: 'stretched',
    heads: 'paper',
    soundBands: 0,
    backgroundFromCls: false,
    spectrogramScale: 1,
    temperature: 0.07,
    tokenDeviation: 1,
    weights: { foreground: 1, background: 1, contrastive: 1, own: 0 },
  },
};

const duet: TrainingConfig = {
  ...reference,
  recipe: 'duet',
  normalisation: 'backbone',
  // After the head start, later epochs add little.
  epochs: 10,
  batch: 64,
  learningRate: 1e-3,
  optimizer: 'adamw',
  weightDecay: 0.01,
  schedule: 'cosine',
  warmupEpochs: 1,
  labelSmoothing: 0.1,
  backgroundProbability: 0.5,
  patience: 5,
  // Small crops may lose the thing that sounds.
  cropScale: [0.4, 1],
  headStart: true,
  headDropout: 0.3,
  model: {
    ...reference.model,
    positions: 'exact',
    heads: 'agreement',
    soundBands: 4,
    backgroundFromCls: true,
    spectrogramScale: 0.5,
    tokenDeviation: 0.02,
    weights: { foreground: 1, background: 1, contrastive: 0.1, own: 1 },
  },
};

export const recipes: Readonly<Record<RecipeName, TrainingConfig>> = { reference, duet, ...baselineRecipes(duet) };

/**
 * The settings without those parts of the model that the others leave nothing to do.
 * @throws DuetError when gradients are to be modulated between modalities and there is only one.
 */
export function coherentTraining(training: TrainingConfig): TrainingConfig {
  const model = coherentOptions(training.model);
  if (training.modulation !== 'none' && model.modalities !== 'both')
    throw new DuetError(
      'Gradients are modulated between picture and sound, and the model takes only one of them; give --modulation none or --modalities both.',
    );
  return { ...training, model };
}

/** The model that a run trains. */
export function modelConfig(
  { model, frontEnd }: TrainingConfig,
  backbone: BackboneConfig,
  classes: number,
): MaAvtConfig {
  return { ...model, vit: backbone, classes, frequencyAxis: frequencyAxis(frontEnd) };
}
