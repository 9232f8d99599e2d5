// Reading whole files in Node, with failures that say what is wrong.

import { readFile, stat } from 'node:fs/promises';
import { DuetError } from '../errors.ts';
import { errorCode, readError } from './file-error.ts';
import { readTextClearly } from './read-text-node.ts';

/** A file's bytes; a missing, unreadable or oversized file is a DuetError. */
export async function readFileClearly(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw readError(path, error);
  }
}

/** A JSON file's value; what is not JSON is a DuetError too. Check its shape with a schema. */
export async function readJsonClearly(path: string): Promise<unknown> {
  const text = await readTextClearly(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DuetError(`${path} is not JSON (${(error as Error).message}); fix it or get a fresh copy.`, {
      cause: error,
    });
  }
}

/** What a path is, links followed; undefined where there is nothing. Any other failure is a DuetError. */
export async function kindOfPath(path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  try {
    const status = await stat(path);
    return status.isFile() ? 'file' : status.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw readError(path, error);
  }
}
