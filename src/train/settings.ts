// What every training is set to, whatever it trains.
import * as z from 'zod';

const positive = z.number().positive();

/** Fields of a system's settings. */
export const trainingFields = {
  seed: z.int().min(0),
  epochs: z.int().positive(),
  batch: z.int().positive(),
  learningRate: positive,
  optimizer: z.enum(['adam', 'adamw']),
  weightDecay: z.number().min(0),
  schedule: z.enum(['constant', 'step', 'cosine']),
  warmupEpochs: z.number().min(0),
  stepEpochs: z.int().positive(),
  /** 0: gradients keep their length. */
  clipNorm: z.number().min(0),
  /** Epochs without a better validation result after which training stops; null: never. */
  patience: z.int().positive().nullable(),
};

const trainingSettingsSchema = z.object(trainingFields);

export type TrainingSettings = Readonly<z.infer<typeof trainingSettingsSchema>>;
