// One finished run of an experiment: what it was set to and what came out. Kept in a file of its own, so that it is not
// done again.
import { join } from 'node:path';
import * as z from 'zod';
import type { Fold } from '../../data/experiment-splits.ts';
import { DuetError } from '../../errors.ts';
import { kindOfPath, readJsonClearly } from '../../files/read-clearly-node.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { ensureFolder, writeFileAtomic } from '../../files/write-atomic-node.ts';
import { countsSchema, epochSchema } from '../history-node.ts';
import type { Variant } from './grid-node.ts';

const resultSchema = z.strictObject({
  variant: z.string(),
  seed: z.int(),
  /** Of cross-validation, counted from 0. */
  fold: z.int().optional(),
  /** Everything that decides the numbers, but the backbone's bytes. */
  settings: z.record(z.string(), z.unknown()),
  backboneHash: z.string(),
  /** Null where the model or the data have none. */
  metrics: z.record(z.string(), z.number().nullable()),
  clips: z.int(),
  /** That it learned from. */
  trainClips: z.int().optional(),
  skipped: z.int(),
  classes: z.array(z.string()),
  /** counts[true class][predicted class], for a system that classifies. */
  confusion: z.array(z.array(z.int())).optional(),
  parameters: countsSchema,
  provider: z.string(),
  /** Chosen by the validation split; null without one. 0 is the start, before the first epoch. */
  keptEpoch: z.int().nullable(),
  epochs: z.array(epochSchema),
  /** Of training with its validation, decoding and head start left out. */
  seconds: z.strictObject({ perEpoch: z.number(), total: z.number() }),
});

export type RunResult = z.infer<typeof resultSchema>;

export type RunPlace = { readonly run: string; readonly result: string; readonly splits: string };

/** Where the run of a variant, seed and fold lies within the experiment's folder. */
export function placeOf(out: string, variant: string, seed: number, fold: Fold | undefined): RunPlace {
  const run = join(out, 'runs', variant, fold ? `seed-${seed}-fold-${fold.index + 1}-of-${fold.of}` : `seed-${seed}`);
  return { run, result: `${run}.json`, splits: `${run}.splits.json` };
}

/** As they are compared with those of a kept result. */
export function settingsOf(variant: Variant, seed: number): Record<string, unknown> {
  const { name: _, curve: __, baseline: ___, trainShare, ...settings } = variant;
  const all = { ...settings, ...(trainShare < 1 && { trainShare }), training: { ...variant.training, seed } };
  return JSON.parse(JSON.stringify(all)) as Record<string, unknown>;
}

export async function writeResult(place: RunPlace, out: string, result: RunResult): Promise<void> {
  await ensureFolder(join(out, 'runs', result.variant));
  await writeFileAtomic(place.result, `${JSON.stringify(result, undefined, 1)}\n`);
}

/** The result of a run that was finished before. @throws DuetError when it was made with other settings. */
export async function readResult(
  { result: path }: RunPlace,
  variant: Variant,
  seed: number,
): Promise<RunResult | undefined> {
  if ((await kindOfPath(path)) !== 'file') return undefined;
  const result = checkSchema(resultSchema, await readJsonClearly(path), path);
  const [before, now] = [flat(result.settings), flat(settingsOf(variant, seed))];
  const differing = [...new Set([...before.keys(), ...now.keys()])].find((key) => before.get(key) !== now.get(key));
  if (differing !== undefined)
    throw new DuetError(
      `${path} was made with ${differing} ${before.get(differing)}, not ${now.get(differing)}; name another folder with --out, or remove that file and the run's folder beside it.`,
    );
  return result;
}

/** Leaves by their path, as JSON. */
function flat(value: unknown, path: readonly string[] = []): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[path.join('.'), JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...flat(inner, [...path, key])]));
}
