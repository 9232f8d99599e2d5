// Files of the server's own disk that a request may name: those inside folders that the operator allowed, wherever
// links and ".." lead.
import { realpath, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { DuetError } from '../errors.ts';
import { errorCode } from '../files/file-error.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { problem } from './problem.ts';

/** The folders, links followed. @throws DuetError for what is no folder. */
export async function allowedFolders(folders: readonly string[]): Promise<string[]> {
  return Promise.all(
    folders.map(async (folder) => {
      if ((await kindOfPath(folder)) !== 'folder')
        throw new DuetError(`There is no folder ${folder} to allow; check --allow-path.`);
      return realpath(folder);
    }),
  );
}

/**
 * The file that a request names, links followed; a relative path begins in an allowed folder. What lies outside is
 * refused in the same words whether it exists or not.
 */
export async function allowedFile(asked: string, folders: readonly string[]): Promise<string> {
  if (folders.length === 0)
    throw problem(403, 'This server reads no paths of its own; upload the file, or have it started with --allow-path.');
  const refused = problem(403, 'That path is not inside a folder that this server may read.');
  let isInside = false;
  for (const folder of folders) {
    const path = resolve(folder, asked);
    const file = await realpath(path).catch((error) => {
      if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
      throw refused;
    });
    if (file === undefined) isInside ||= isIn(path, folder);
    else if (isIn(file, folder)) {
      if (!(await stat(file)).isFile()) throw problem(422, 'That path is no file; name a video.');
      return file;
    }
  }
  throw isInside ? problem(404, 'There is no such file in the folders that this server may read.') : refused;
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
