// The state of a run on disk.
import { join } from 'node:path';
import { kindOfPath, readFileClearly } from '../files/read-clearly.ts';
import { writeFileAtomic } from '../files/write-atomic.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './progress.ts';

export { type Checkpoint, type EpochRecord, freshCheckpoint } from './progress.ts';

export const checkpointFile = 'checkpoint.safetensors';

/** Writes the whole state into the run folder, whole or not at all. */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  await writeFileAtomic(join(folder, checkpointFile), encodeCheckpoint(checkpoint));
}

/**
 * The state that a run folder holds, or undefined if it holds none. @throws DuetError when it is damaged or of another
 * model.
 */
export async function readCheckpoint(
  folder: string,
  lengths: ReadonlyMap<string, number>,
): Promise<Checkpoint | undefined> {
  const path = join(folder, checkpointFile);
  if ((await kindOfPath(path)) === undefined) return undefined;
  return decodeCheckpoint(await readFileClearly(path), lengths, path);
}
