// The folder that holds an archive's results: about.json says what made them, each shard is a file, and complete.json,
// which is written last, lists them in order.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { DuetError } from '../errors.ts';
import { kindOfPath, readJsonClearly } from '../files/read-clearly-node.ts';
import { checkSchema } from '../files/schema-error.ts';
import { ensureFolder, isTemporaryName, writeFileAtomic } from '../files/write-atomic-node.ts';
import type { ArchiveModel, ArchiveSettings } from './archive-model-node.ts';
import { isShardName } from './shards-node.ts';

const aboutSchema = z.object({
  format: z.literal(1),
  key: z.string(),
  system: z.string(),
  run: z.string(),
  settings: z.object({ hop: z.number().nullable(), missing: z.string(), options: z.record(z.string(), z.unknown()) }),
  /** Rows of a shard. */
  rows: z.int(),
});

export type ArchiveFolder = {
  /** Names of the shards that are there. */
  readonly present: ReadonlySet<string>;
  write(name: string, lines: string): Promise<void>;
};

const aboutFile = 'about.json';
const completeFile = 'complete.json';
/** A writer that is alive needs no longer for one file. */
const oldMs = 3600_000;

export type AboutArchive = Pick<ArchiveModel, 'key' | 'system'> & {
  readonly run: string;
  readonly settings: ArchiveSettings;
  readonly rows: number;
};

/** Opens or makes it. @throws DuetError for a folder of other results, and one that cannot be written to. */
export async function openArchiveFolder(folder: string, about: AboutArchive): Promise<ArchiveFolder> {
  await ensureFolder(folder);
  const path = join(folder, aboutFile);
  if ((await kindOfPath(path)) === undefined)
    await writeFileAtomic(path, `${JSON.stringify({ format: 1, ...about }, undefined, 2)}\n`);
  const made = checkSchema(aboutSchema, await readJsonClearly(path), path);
  if (made.key !== about.key)
    throw new DuetError(
      `${folder} holds results of ${made.run}, of another model or other settings (see ${aboutFile}); name another folder with --out.`,
    );
  if (made.rows !== about.rows)
    throw new DuetError(
      `${folder} holds shards of ${made.rows} rows and not of ${about.rows}; use --shard-rows ${made.rows}, or another folder.`,
    );
  const names = await readdir(folder);
  for (const name of names.filter(isTemporaryName)) await removeOld(join(folder, name));
  return {
    present: new Set(names.filter(isShardName)),
    write: (name, lines) => writeFileAtomic(join(folder, name), lines),
  };
}

/** The names of the shards that are there now. */
export async function presentShards(folder: string): Promise<Set<string>> {
  return new Set((await readdir(folder)).filter(isShardName));
}

/** Lists the shards in order, if all are there. @returns whether they are. */
export async function completeArchive(folder: string, names: readonly string[]): Promise<boolean> {
  const present = await presentShards(folder);
  if (!names.every((name) => present.has(name))) return false;
  await writeFileAtomic(join(folder, completeFile), `${JSON.stringify({ shards: names }, undefined, 2)}\n`);
  return true;
}

async function removeOld(path: string): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status && Date.now() - status.mtimeMs > oldMs) await rm(path, { force: true });
}
