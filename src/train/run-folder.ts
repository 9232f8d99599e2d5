// A run's folder: what lies in it, and who may write there.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { layoutNames } from '../data/dataset.ts';
import { DuetError } from '../errors.ts';
import { kindOfPath, readJsonClearly } from '../files/read-clearly.ts';
import { checkSchema } from '../files/schema-error.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic.ts';
import { trainingConfigSchema } from '../systems/ma-avt/recipes.ts';
import { adapterConfigFile, adapterModelFile } from '../weights/adapter-folder-node.ts';
import { checkpointFile } from './checkpoint.ts';

export const runFiles = {
  config: 'config.json',
  splits: 'splits.json',
  history: 'history.json',
  checkpoint: checkpointFile,
} as const;

const runConfigSchema = z.strictObject({
  /** Raised whenever a run written before could not be continued. */
  version: z.literal(1),
  /** Absolute path of the data the run was trained on. */
  data: z.string(),
  /** How the data is laid out, if that was said. */
  layout: z.enum(layoutNames).optional(),
  backbone: z.strictObject({ source: z.string(), hash: z.string(), imageSize: z.tuple([z.int(), z.int()]) }),
  classes: z.array(z.string()).min(2),
  training: trainingConfigSchema,
});

/** Everything that decides a run's numbers, as config.json says it. */
export type RunConfig = z.infer<typeof runConfigSchema>;

/**
 * Makes a folder for a new run.
 * @throws DuetError when something is there already, unless it is a run and `force` is set, or when it cannot be
 * written.
 */
export async function createRunFolder(folder: string, force: boolean): Promise<void> {
  const kind = await kindOfPath(folder);
  if (kind === 'file' || kind === 'other')
    throw new DuetError(`${folder} is a file, not a folder for a run; name another place with --out.`);
  const present = kind === 'folder' ? await readdir(folder) : [];
  if (present.length > 0) {
    const isRun = present.includes(runFiles.config);
    if (!isRun) throw new DuetError(`${folder} holds other files and no run; name an empty or new folder with --out.`);
    if (!force)
      throw new DuetError(`${folder} already holds a run; go on with it by --resume, or replace it by --force.`);
    for (const name of [...Object.values(runFiles), adapterConfigFile, adapterModelFile, 'report.html'])
      await rm(join(folder, name), { force: true });
  }
  await ensureFolder(folder);
}

export async function writeRunConfig(folder: string, config: RunConfig): Promise<void> {
  await writeFileAtomic(join(folder, runFiles.config), `${JSON.stringify(config, null, 2)}\n`);
}

/** @throws DuetError when the folder holds no run or one of another version. */
export async function readRunConfig(folder: string): Promise<RunConfig> {
  const path = join(folder, runFiles.config);
  if ((await kindOfPath(path)) !== 'file')
    throw new DuetError(`${folder} holds no run (there is no ${runFiles.config} in it); check the path.`);
  return checkSchema(runConfigSchema, await readJsonClearly(path), path);
}
