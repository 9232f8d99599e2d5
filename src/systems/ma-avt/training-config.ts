// What a training run of MA-AVT is set to.
import * as z from 'zod';
import { settingMeta } from '../../train/setting-fields.ts';
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
  'small-cnn',
] as const;

export type BaselineName = (typeof baselineNames)[number];

const input = settingMeta('Input');
const learning = settingMeta('Learning');
const model = settingMeta('Model');
const positive = z.number().positive();
const probability = z.number().min(0).max(1);
const share = z.number().min(0).lt(1);

/** What a training of MA-AVT is set to; each field's metadata has its flag and its help. */
export const trainingConfigSchema = z.strictObject({
  recipe: z.enum(['duet', 'reference', ...baselineNames]).meta({ help: 'the set of settings that the others change' }),
  frontEnd: z.enum(['vggsound', 'cremad', 'ave']).meta(input('--front-end <name>', 'how sound becomes a spectrogram')),
  normalisation: z
    .enum(['backbone', 'imagenet'])
    .meta(input('--normalisation <whose>', 'mean and deviation of pictures: the backbone’s own, or ImageNet’s')),
  augment: z
    .enum(['none', 'standard'])
    .meta(input('--augment <how>', 'vary training clips: crop, flip, shifted sound window')),
  /** See warp-spectrogram.ts. */
  augmentSound: z
    .enum(['auto', 'none', 'warp'])
    .default('none')
    .meta(input('--augment-sound <how>', 'vary the sound of training clips: pitch, pace, level; auto: where stems do')),
  cropScale: z
    .tuple([positive, positive])
    .meta({ help: 'least and greatest part of a picture’s area that the random crop keeps' }),
  missing: z
    .enum(['error', 'zero'])
    .meta(input('--missing <what>', 'a file without picture or without sound: refuse it, or put zeros')),
  ...trainingFields,
  /** See modulation.ts and gradient-noise.ts. */
  modulation: z
    .enum(['none', 'ogm-ge'])
    .default('none')
    .meta(learning('--modulation <how>', 'ogm-ge: shorten the gradients of the modality that is ahead, and add noise')),
  /** Only of heads that allow it. */
  headDropout: share.meta(
    learning('--head-dropout <share>', 'of the features that the class heads do not see in a step'),
  ),
  /** On features of the untrained tokens; see head-start.ts. */
  headStart: z.boolean().meta(learning('--no-head-start', 'do not train the heads alone before the first epoch')),
  /** Before the backbone comes in; see stems.ts. */
  stemEpochs: z
    .int()
    .positive()
    .default(20)
    .meta(learning('--stem-epochs <number>', 'passes over the training clips in which the stems learn alone')),
  labelSmoothing: share.meta(learning('--label-smoothing <share>', 'of the target that is spread over all classes')),
  model: modelOptionsSchema,
  backgroundProbability: probability.meta(
    model('--background-probability <share>', 'of training clips that get another class’s sound'),
  ),
});

/** What `trainingConfigSchema` checks. */
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;
/** One of the keys of `recipes`. */
export type RecipeName = TrainingConfig['recipe'];
