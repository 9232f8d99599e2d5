// From what the user said to a full training configuration: the recipe's or the resumed run's, with the user's own
// words over it.
import type { TrainingConfig } from '../systems/ma-avt/training-config.ts';
import type { TrainSettings } from './train-settings.ts';

/** `base` wherever `settings` is silent. */
export function trainingConfig(settings: TrainSettings, base: TrainingConfig): TrainingConfig {
  const { model } = base;
  return {
    ...base,
    ...said({
      recipe: settings.recipe,
      seed: settings.seed,
      epochs: settings.epochs,
      batch: settings.batch,
      learningRate: settings.learningRate,
      optimizer: settings.optimizer,
      weightDecay: settings.weightDecay,
      schedule: settings.schedule,
      warmupEpochs: settings.warmupEpochs,
      stepEpochs: settings.stepEpochs,
      clipNorm: settings.clipNorm,
      modulation: settings.modulation,
      patience: settings.patience,
      frontEnd: settings.frontEnd,
      normalisation: settings.normalisation,
      augment: settings.augment,
      backgroundProbability: settings.backgroundProbability,
      labelSmoothing: settings.labelSmoothing,
      headDropout: settings.headDropout,
      missing: settings.missing,
    }),
    headStart: base.headStart && settings.headStart,
    model: {
      ...model,
      ...said({
        modalities: settings.modalities,
        adaptation: settings.adaptation,
        rank: settings.rank,
        bottleneckWidth: settings.bottleneckWidth,
        classToken: settings.classToken,
        contrastive: settings.contrastive,
        layerwise: settings.layerwise,
        positions: settings.positions,
        temperature: settings.temperature,
        heads: settings.heads,
        soundBands: settings.soundBands,
        spectrogramScale: settings.spectrogramScale,
        tokenDeviation: settings.tokenDeviation,
      }),
      // These flags can only take away.
      background: model.background && settings.background,
      lightSelfAttention: model.lightSelfAttention && settings.lightSelfAttention,
      tokens: {
        ...model.tokens,
        ...said({ audio: settings.audioTokens, visual: settings.visualTokens, shared: settings.sharedTokens }),
      },
      weights: {
        ...model.weights,
        ...said({
          foreground: settings.foregroundWeight,
          background: settings.backgroundWeight,
          contrastive: settings.contrastiveWeight,
          own: settings.ownWeight,
        }),
      },
    },
  };
}

type Said<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> };

function said<Values extends object>(values: Values): Said<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Said<Values>;
}
