// A run's epochs as its history.json tells them.
import * as z from 'zod';
import { kindOfPath, readJsonClearly } from '../files/read-clearly.ts';
import { checkSchema } from '../files/schema-error.ts';

export const epochSchema = z.looseObject({
  epoch: z.int(),
  losses: z.record(z.string(), z.number()),
  trainAccuracy: z.number().nullable(),
  validationAccuracy: z.number().nullable(),
  validationLoss: z.number().nullable(),
  validationBackgroundAuc: z.number().nullable(),
});

export const countsSchema = z.strictObject({ trainable: z.int(), adapter: z.int(), inference: z.int() });

const historySchema = z.strictObject({
  kept: z.int().nullable(),
  parameters: countsSchema.optional(),
  epochs: z.array(epochSchema),
});

export type Epoch = z.infer<typeof epochSchema>;

/** `kept` is the epoch whose adapter the run holds; 0 is the start, before the first epoch. */
export type RunHistory = z.infer<typeof historySchema>;

/** No epochs for a run that has not finished one. */
export async function readHistory(path: string): Promise<RunHistory> {
  if ((await kindOfPath(path)) !== 'file') return { kept: null, epochs: [] };
  return checkSchema(historySchema, await readJsonClearly(path), path);
}
