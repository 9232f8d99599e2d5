// A run's epochs as its history.json tells them.
import * as z from 'zod';
import { kindOfPath, readJsonClearly } from '../files/read-clearly.ts';
import { checkSchema } from '../files/schema-error.ts';

const epochSchema = z.looseObject({
  epoch: z.int(),
  losses: z.looseObject({ total: z.number(), foreground: z.number() }),
  trainAccuracy: z.number().nullable(),
  validationAccuracy: z.number().nullable(),
  validationLoss: z.number().nullable(),
  validationBackgroundAuc: z.number().nullable(),
});

export type BestEpoch = z.infer<typeof epochSchema>;

/** Empty for a run that has not finished an epoch. */
export async function readHistory(path: string): Promise<BestEpoch[]> {
  if ((await kindOfPath(path)) !== 'file') return [];
  return checkSchema(z.array(epochSchema), await readJsonClearly(path), path);
}

/** The epoch that training kept: most validation clips right, and among equals the smallest loss. Without validation, the last. */
export function bestEpoch(history: readonly BestEpoch[]): BestEpoch | undefined {
  return history.reduce<BestEpoch | undefined>((best, epoch) => (best === undefined || isBetter(epoch, best) ? epoch : best), undefined);
}

function isBetter(epoch: BestEpoch, best: BestEpoch): boolean {
  if (epoch.validationAccuracy === null || best.validationAccuracy === null) return true;
  if (epoch.validationAccuracy !== best.validationAccuracy) return epoch.validationAccuracy > best.validationAccuracy;
  return (epoch.validationLoss ?? 0) < (best.validationLoss ?? 0);
}
