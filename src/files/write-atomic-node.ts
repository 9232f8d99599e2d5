// Writing files in Node so that a crash, a full disk or Ctrl-C leaves the old file or the new one, never half of one.

import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DuetError } from '../errors.ts';
import { errorCode, writeError } from './file-error.ts';
import { kindOfPath } from './read-clearly-node.ts';

/** A file's content, or its parts one after another. */
export type FileContent = Uint8Array | string | Iterable<Uint8Array>;

/**
 * Writes a temporary file beside `path`, flushes it to the disk and renames it; on failure removes it and throws a
 * DuetError.
 */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  try {
    // A device such as /dev/stdout is written to; renaming would put a file in its place.
    if ((await kindOfPath(path)) === 'other') await writeFile(path, content);
    else await writeBeside(path, content);
  } catch (error) {
    throw writeError(path, error);
  }
}

const temporaryName = /^\..+\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** Whether a file of this name is, or was when a process was killed, one that writeFileAtomic had not yet renamed. */
export function isTemporaryName(name: string): boolean {
  return temporaryName.test(name);
}

/** Removes what killed processes left unfinished in a folder. Only where nobody else is writing. */
export async function removeTemporaryFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (isTemporaryName(name)) await rm(join(folder, name), { force: true });
}

async function writeBeside(path: string, content: FileContent): Promise<void> {
  await withTemporary(path, async (temporary) => {
    const file = await open(temporary, 'wx');
    try {
      for (const part of typeof content === 'string' || content instanceof Uint8Array ? [content] : content)
        await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/**
 * For what writes a file by its path, in any order: calls `write` with a temporary path beside `path`, then renames
 * what it has written; on failure removes it and throws what `write` threw, or a DuetError where the system refused.
 */
export async function writeBesideAtomic(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  try {
    if ((await kindOfPath(path)) === 'other') throw new DuetError(`${path} is a device; give the path of a file.`);
    await withTemporary(path, async (temporary) => {
      await write(temporary);
      const file = await open(temporary, 'r+');
      await file.sync().finally(() => file.close());
    });
  } catch (error) {
    throw writeError(path, error);
  }
}

async function withTemporary(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Makes a folder and those above it; one that exists already is fine, anything else in the way is a DuetError. */
export async function ensureFolder(path: string): Promise<void> {
  try {
    await makeFolders(resolve(path));
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * Step by step: Node 20's own recursive mkdir never returns where a file system refuses new folders with ENOENT, as
 * /proc does.
 */
async function makeFolders(path: string): Promise<void> {
  const make = () =>
    mkdir(path).catch(async (error) => {
      if (errorCode(error) !== 'EEXIST') throw error;
      const kind = await kindOfPath(path);
      // Whoever removes folders meanwhile may have removed the one that stood in the way.
      if (kind === undefined) await mkdir(path);
      else if (kind !== 'folder') throw error;
    });
  try {
    await make();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await make();
  }
}
