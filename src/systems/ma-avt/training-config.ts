// What a training run of MA-AVT is set to.
import * as z from 'zod';
import { trainingFields } from '../../train/settings.ts';
import { modelOptionsSchema } from './settings.ts';

export const baselineNames = [
  'probe',
  'visual-probe',
  'audio-probe',
  'visual',
  'audio',
  'late-fusion',
  'lora',
  'bottleneck',
  'full',
  'ogm-ge',
] as const;

export type BaselineName = (typeof baselineNames)[number];

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
