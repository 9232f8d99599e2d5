// What MA-AVT is compared with: other ways to train on the same backbone and the same data. docs/model.md says where
// each comes from.

import { coherentOptions, type ModelOptions, stemsAlone } from './settings.ts';
import type { BaselineName, TrainingConfig } from './training-config.ts';

/** The baselines as changes of a recipe, so that they differ from it only in what is compared. */
export function baselineRecipes(base: TrainingConfig): Record<BaselineName, TrainingConfig> {
  const recipe = (
    name: BaselineName,
    training: Partial<TrainingConfig>,
    model: Partial<ModelOptions>,
  ): TrainingConfig => ({
    ...{ ...base, ...training, recipe: name },
    model: coherentOptions({ ...base.model, stems: 'none', ...model }),
  });
  const noTokens = {
    tokens: { audio: 0, visual: 0, shared: 0 },
    lightSelfAttention: false,
    contrastive: 'none',
  } as const;
  const noPairs = { headDropout: 0, backgroundProbability: 0 };
  // What changes the features from block 0 on has nothing to start from, and takes longer.
  const fromScratch = { ...noPairs, headStart: false, epochs: 60, warmupEpochs: 2, patience: 20 };
  // The class token's features into one linear layer.
  const joint = {
    ...{ ...noTokens, background: false, heads: 'paper' },
    weights: { foreground: 1, background: 0, contrastive: 0, own: 0 },
  } as const satisfies Partial<ModelOptions>;
  // As strong as the validation clips could make it: the head start brings it to its end.
  const probe = { ...joint, classToken: 'frozen', spectrogramScale: 1 } as const;
  const asIs = { ...noPairs, augment: 'none', labelSmoothing: 0, epochs: 3, warmupEpochs: 0 } as const;
  // Each modality learns from its own class loss alone.
  const apart = {
    ...{ background: false, heads: 'agreement' },
    weights: { foreground: 0, background: 0, contrastive: 0, own: 1 },
  } as const satisfies Partial<ModelOptions>;
  // All weights of a pretrained model bear smaller steps than a few new ones.
  const gentle = { ...fromScratch, learningRate: base.learningRate / 10 };
  return {
    probe: recipe('probe', asIs, probe),
    'visual-probe': recipe('visual-probe', asIs, { ...probe, modalities: 'visual' }),
    'audio-probe': recipe('audio-probe', asIs, { ...probe, modalities: 'audio' }),
    visual: recipe('visual', { backgroundProbability: 0 }, { ...apart, modalities: 'visual' }),
    audio: recipe('audio', { backgroundProbability: 0 }, { ...apart, modalities: 'audio' }),
    // As many tokens for each modality as it has there with the shared ones.
    'late-fusion': recipe(
      'late-fusion',
      { backgroundProbability: 0 },
      { ...apart, tokens: { audio: 10, visual: 10, shared: 0 } },
    ),
    lora: recipe('lora', fromScratch, { ...joint, adaptation: 'lora' }),
    bottleneck: recipe('bottleneck', fromScratch, { ...joint, adaptation: 'bottleneck' }),
    full: recipe('full', gentle, { ...joint, adaptation: 'full' }),
    // What little can do: two small nets from nothing, with no backbone, each by its own class loss, their logits
    // added.
    'small-cnn': recipe(
      'small-cnn',
      {
        ...noPairs,
        headStart: false,
        augment: 'none',
        labelSmoothing: 0,
        epochs: 12,
        learningRate: 2e-3,
        patience: null,
      },
      stemsAlone(base.model),
    ),
    'ogm-ge': recipe('ogm-ge', { ...gentle, modulation: 'ogm-ge' }, { ...joint, adaptation: 'full' }),
  };
}
