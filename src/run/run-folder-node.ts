// A run's folder: what lies in it, and who may write there.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { layoutNames } from '../data/dataset.ts';
import { DuetError } from '../errors.ts';
import { withFileLock } from '../files/file-lock-node.ts';
import type { LockOwner } from '../files/lock-owner-node.ts';
import { kindOfPath, readJsonClearly } from '../files/read-clearly-node.ts';
import { checkSchema } from '../files/schema-error.ts';
import { ensureFolder, isTemporaryName, removeTemporaryFiles, writeFileAtomic } from '../files/write-atomic-node.ts';
import { systemNamed, systemOfOldRuns } from '../systems/registry.ts';
import type { SystemSettings } from '../systems/system.ts';
import { adapterConfigFile, adapterModelFile } from '../weights/adapter-folder-node.ts';
import { runFiles } from './place.ts';

const lockFile = '.lock';

const writtenSchema = z.strictObject({
  /** Raised whenever a run written before could not be continued. Before there were other systems it was 1. */
  version: z.union([z.literal(1), z.literal(2)]),
  system: z.string().default(systemOfOldRuns),
  /** Absolute path of the data the run was trained on. */
  data: z.string(),
  /** How the data is laid out, if that was said. */
  layout: z.enum(layoutNames).optional(),
  backbone: z.strictObject({ source: z.string(), hash: z.string(), imageSize: z.tuple([z.int(), z.int()]) }),
  classes: z.array(z.string()),
  /** Files of weights that the run began with. */
  startFrom: z.array(z.string()).optional(),
  /** The system's settings. */
  training: z.unknown(),
});

/** Everything that decides a run's numbers, as config.json says it. */
export type RunConfig = Omit<z.infer<typeof writtenSchema>, 'version' | 'training'> & {
  readonly version: 2;
  readonly training: SystemSettings;
};

/**
 * @throws DuetError when a new run cannot be written to this place as something is there already, unless that is a run
 * and `force` is set.
 */
export async function checkRunFolder(folder: string, force: boolean): Promise<void> {
  const kind = await kindOfPath(folder);
  if (kind === 'file' || kind === 'other')
    throw new DuetError(`${folder} is a file, not a folder for a run; name another place with --out.`);
  const names = kind === 'folder' ? await readdir(folder) : [];
  // A run that was killed before it wrote anything leaves no more than these.
  const present = names.filter((name) => !name.startsWith(lockFile) && !isTemporaryName(name));
  if (present.length === 0) return;
  if (!present.includes(runFiles.config))
    throw new DuetError(`${folder} holds other files and no run; name an empty or new folder with --out.`);
  if (!force)
    throw new DuetError(`${folder} already holds a run; go on with it by --resume, or replace it by --force.`);
}

/** Removes a run that is to be replaced, but for config.json, by which the folder stays one of a run. */
export async function emptyRunFolder(folder: string): Promise<void> {
  const { config: _, ...files } = runFiles;
  for (const name of [...Object.values(files), adapterConfigFile, adapterModelFile, 'report.html'])
    await rm(join(folder, name), { force: true });
}

/**
 * Makes the folder and runs `action` as the only one that writes there, after what killed processes left is removed.
 * @param work what goes on there: 'training'. @param out the folder as it was typed.
 * @throws DuetError when another process works there, or the folder cannot be written.
 */
export async function withFolderLock<Result>(
  { folder, out, work }: { readonly folder: string; readonly out: string; readonly work: string },
  action: () => Promise<Result>,
): Promise<Result> {
  await ensureFolder(folder);
  const refuse = (owner: LockOwner | undefined) =>
    new DuetError(
      `${out} is in use by another ${work}${owner ? ` (process ${owner.pid} on ${owner.host})` : ''}; wait until it has ended, or name another folder with --out.`,
    );
  const locked = async () => {
    await removeTemporaryFiles(folder);
    return action();
  };
  return withFileLock(join(folder, lockFile), locked, { refuse });
}

export async function writeRunConfig(folder: string, config: RunConfig): Promise<void> {
  await writeFileAtomic(join(folder, runFiles.config), `${JSON.stringify(config, null, 2)}\n`);
}

/** @throws DuetError when the folder holds no run or one of another version. */
export async function readRunConfig(folder: string): Promise<RunConfig> {
  const path = join(folder, runFiles.config);
  if ((await kindOfPath(path)) !== 'file')
    throw new DuetError(`${folder} holds no run (there is no ${runFiles.config} in it); check the path.`);
  const written = checkSchema(writtenSchema, await readJsonClearly(path), path);
  const { settings } = await systemNamed(written.system);
  return { ...written, version: 2, training: checkSchema(settings, written.training, `${path}, training`) };
}
