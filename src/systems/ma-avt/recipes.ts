// Recipes: full sets of settings; the user's own win over them.
import { DuetError } from '../../errors.ts';
import { frequencyAxis } from '../../signal/front-ends.ts';
import type { BackboneConfig } from '../../weights/backbone.ts';
import { baselineRecipes } from './baselines.ts';
import { coherentOptions, type MaAvtConfig, settledStems } from './settings.ts';
import type { RecipeName, TrainingConfig } from './training-config.ts';

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
  augmentSound: 'none',
  cropScale: [0.08, 1],
  backgroundProbability: 0.2,
  labelSmoothing: 0,
  headStart: false,
  stemEpochs: 20,
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
    stems: 'none',
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
  augmentSound: 'auto',
  // Small crops may lose the thing that sounds.
  cropScale: [0.4, 1],
  headStart: true,
  headDropout: 0.3,
  model: {
    ...reference.model,
    positions: 'exact',
    heads: 'agreement',
    soundBands: 4,
    stems: 'auto',
    backgroundFromCls: true,
    spectrogramScale: 0.5,
    tokenDeviation: 0.02,
    weights: { foreground: 1, background: 1, contrastive: 0.1, own: 1 },
  },
};

/** Full sets of settings by name: `duet`, `reference` (what the paper's public code trains) and the baselines. */
export const recipes: Readonly<Record<RecipeName, TrainingConfig>> = { duet, reference, ...baselineRecipes(duet) };

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

/** The settings with what the number of training clips decides. */
export function settledTraining(training: TrainingConfig, clips: number): TrainingConfig {
  const model = settledStems(training.model, clips);
  const isWarped = training.augmentSound === 'auto' && model.stems === 'beside';
  const augmentSound = training.augmentSound === 'auto' ? (isWarped ? 'warp' : 'none') : training.augmentSound;
  return { ...training, augmentSound, model };
}

/** The model that a run trains. */
export function modelConfig(
  { model, frontEnd }: TrainingConfig,
  backbone: BackboneConfig,
  classes: number,
): MaAvtConfig {
  return { ...model, vit: backbone, classes, frequencyAxis: frequencyAxis(frontEnd) };
}
