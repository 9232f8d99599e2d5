// What every training is set to, whatever it trains.
import * as z from 'zod';
import { settingMeta } from './setting-fields.ts';

const learning = settingMeta('Learning');

/** Fields of a system's settings. */
export const trainingFields = {
  epochs: z.int().positive().meta(learning('--epochs <number>', 'passes over the training clips')),
  batch: z.int().positive().max(65536).meta(learning('--batch <clips>', 'clips per step')),
  learningRate: z
    .number()
    .positive()
    .max(10)
    .meta(learning('--lr, --learning-rate <rate>', 'learning rate at its highest')),
  optimizer: z.enum(['adam', 'adamw']).meta(learning('--optimizer <name>', 'how gradients become steps')),
  weightDecay: z.number().min(0).max(10).meta(learning('--weight-decay <rate>', 'pull towards zero')),
  schedule: z.enum(['constant', 'step', 'cosine']).meta(learning('--schedule <name>', 'course of the learning rate')),
  warmupEpochs: z
    .number()
    .min(0)
    .meta(learning('--warmup-epochs <number>', 'epochs in which the rate rises from zero')),
  stepEpochs: z.int().positive().meta(learning('--step-epochs <number>', 'with --schedule step: epochs between falls')),
  clipNorm: z.number().min(0).meta(learning('--clip-norm <norm>', 'shorten gradients longer than this; 0 leaves them')),
  /** Null: never. */
  patience: z
    .int()
    .positive()
    .nullable()
    .meta(learning('--patience <epochs>', 'stop after this many epochs without a better validation result')),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .meta(learning('--seed <number>', 'same seed, same machine: same numbers')),
};

const trainingSettingsSchema = z.object(trainingFields);

export type TrainingSettings = Readonly<z.infer<typeof trainingSettingsSchema>>;

/** What recipes usually have beside `epochs`, `batch` and `learningRate`. */
export const usualTraining = {
  ...{ seed: 0, optimizer: 'adamw', weightDecay: 0, clipNorm: 0, patience: null },
  ...{ schedule: 'cosine', warmupEpochs: 0, stepEpochs: 10 },
} as const satisfies Partial<TrainingSettings>;
