// A quick start for the heads: they are first trained alone, on features of the untrained tokens that are computed
// once.
import { type Json, plainPass } from '../../data/intake.ts';
import type { InputSettings } from '../../data/settings.ts';
import { createRandom } from '../../random.ts';
import type { KeptLesson, KeptRow } from '../../train/kept-lesson.ts';
import { defaultOptimiser } from '../../train/optimiser.ts';
import type { MaAvtTarget } from './epoch-plan.ts';
import { headParameters } from './heads.ts';
import { type ClipFeatures, clipFeatures, drawPairs, pairRows } from './pairs.ts';
import type { MaAvtConfig } from './settings.ts';
import { featureScales, standardised, unstandardiseHeads } from './standardise.ts';
import { hasStems } from './stems.ts';
import type { TrainingConfig } from './training-config.ts';

const headSteps = 400;
const headBatch = 64;
const headLearningRate = 2e-3;
/** Chosen on validation clips; few linear weights on standardised features bear more. */
const headWeightDecay = { agreement: 0.05, paper: 3 } as const;
/** Features are kept in memory: of a large data set, this many clips are enough to start from. */
const mostRows = 4096;

/** Features of the training clips as they are and, where they are varied in training, of two more walks. */
export function headLesson(config: MaAvtConfig, training: TrainingConfig): KeptLesson {
  const { seed, epochs } = training;
  // Augmented walks are drawn as epochs that no training reaches.
  const varied = [1, 2].map((walk) => ({ name: 'train', seed, epoch: epochs + walk }));
  const isVaried = training.augment !== 'none' || training.augmentSound === 'warp';
  return {
    walks: [plainPass('evaluate'), ...(isVaried ? varied : [])],
    mostRows,
    batchSize: headBatch,
    steps: headSteps,
    optimiser: { ...defaultOptimiser, kind: 'adamw', weightDecay: headWeightDecay[config.heads] },
    learningRate: (step) => (headLearningRate * (1 + Math.cos((Math.PI * step) / headSteps))) / 2,
    begin(rows) {
      const clips = rows.map(ownFeatures);
      const scales = config.heads === 'paper' ? featureScales(clips) : undefined;
      const known = scales ? standardised(clips, scales) : clips;
      return {
        batch(step) {
          const pairs = drawPairs(known, headBatch, training, createRandom(seed, 'head start', step));
          return pairRows(pairs, config, training, 'head start', step);
        },
        finish(values) {
          const heads = new Map(headParameters(config).map(([name]) => [name, values.get(name)!]));
          if (scales) unstandardiseHeads(heads, scales, config);
        },
      };
    },
  };
}

/**
 * The untrained tokens are drawn from the seed and their own names, and are the same for any number of classes. Stems
 * have learned from the clips.
 */
export function headFeaturesKey({ seed, model }: TrainingConfig, { mean, std }: InputSettings): Json | undefined {
  if (hasStems(model)) return undefined;
  return [seed, model as Json, [...mean], [...std]];
}

function ownFeatures({ row, features }: KeptRow): ClipFeatures {
  return clipFeatures(row.target as MaAvtTarget, features);
}
