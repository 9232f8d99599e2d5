// A run's epochs as its history.json tells them.
import * as z from 'zod';
import { kindOfPath, readJsonClearly } from '../files/read-clearly-node.ts';
import { checkSchema } from '../files/schema-error.ts';

const nullable = z.number().nullable();

/** As runs before there were other systems wrote them. */
const formerSchema = z
  .looseObject({
    epoch: z.int(),
    losses: z.record(z.string(), z.number()),
    trainAccuracy: nullable,
    validationAccuracy: nullable,
    validationLoss: nullable,
    validationBackgroundAuc: nullable,
  })
  .transform(({ epoch, losses, trainAccuracy, ...former }) => {
    const { validationAccuracy: accuracy, validationLoss: loss, validationBackgroundAuc: backgroundAuc } = former;
    return { epoch, losses, trainAccuracy, validation: accuracy === null ? null : { accuracy, loss, backgroundAuc } };
  });

export const epochSchema = z.union([
  formerSchema,
  z.looseObject({
    epoch: z.int(),
    losses: z.record(z.string(), z.number()),
    trainAccuracy: nullable,
    validation: z.record(z.string(), nullable).nullable(),
  }),
]);

export const countsSchema = z.strictObject({ trainable: z.int(), adapter: z.int(), inference: z.int() });

const historySchema = z.strictObject({
  kept: z.int().nullable(),
  parameters: countsSchema.optional(),
  epochs: z.array(epochSchema),
  diagnosis: z.array(z.strictObject({ epoch: z.int(), value: z.json() })).default([]),
});

export type Epoch = z.infer<typeof epochSchema>;

/** `kept` is the epoch whose adapter the run holds; 0 is the start, before the first epoch. */
export type RunHistory = z.infer<typeof historySchema>;

/** No epochs for a run that has not finished one. */
export async function readHistory(path: string): Promise<RunHistory> {
  if ((await kindOfPath(path)) !== 'file') return { kept: null, epochs: [], diagnosis: [] };
  return checkSchema(historySchema, await readJsonClearly(path), path);
}
