// splits.json in a run's folder: the splits, written down and read back.
import { z } from 'zod';
import { DuetError, messageOf } from '../errors.ts';
import { readTextClearly } from '../files/read-text-node.ts';
import { writeFileAtomic } from '../files/write-atomic-node.ts';
import type { SplitFile } from './split.ts';

const schema = z.strictObject({
  version: z.literal(1),
  seed: z.number().int(),
  splits: z.strictObject({ train: z.array(z.string()), val: z.array(z.string()), test: z.array(z.string()) }),
  unused: z.array(z.string()).optional(),
});

/** Writes the splits to `path`, whole or not at all. */
export async function writeSplitFile(path: string, splits: SplitFile): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(splits, null, 1)}\n`);
}

/** Reads a split file. Throws DuetError when it is missing or is not one. */
export async function readSplitFile(path: string): Promise<SplitFile> {
  const text = await readTextClearly(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DuetError(`The split file "${path}" cannot be read (${messageOf(error)}); remove it to draw new splits.`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new DuetError(
      `The split file "${path}" is not one (${parsed.error.issues[0]?.message}); remove it to draw new splits.`,
    );
  }
  return parsed.data;
}
