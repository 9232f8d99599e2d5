// Uploads and downloads as temporary files: written as they come, never whole in memory, and removed when their request
// is done. What a killed server left is removed by the next.
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorCode, writeError } from '../files/file-error.ts';
import { isAlive, parseOwner, thisProcess } from '../files/lock-owner-node.ts';
import { problem } from './problem.ts';

export type TemporaryFile = { readonly path: string; readonly bytes: number; remove(): Promise<void> };

export type TemporaryFiles = {
  /** @throws a problem when more than `most` bytes come, when they end early, or when the disk is full. */
  receive(source: AsyncIterable<Uint8Array>, most: number, signal: AbortSignal): Promise<TemporaryFile>;
  close(): Promise<void>;
};

const prefix = 'duet-serve-';
const ownerFile = 'owner.json';

/** A folder of its own inside `parent`. @throws DuetError where that cannot be written to. */
export async function openTemporaryFiles(parent: string): Promise<TemporaryFiles> {
  const folder = await mkdir(parent, { recursive: true })
    .then(() => removeLeftOver(parent))
    .then(() => mkdtemp(join(parent, prefix)))
    .catch((error) => {
      throw writeError(parent, error);
    });
  await writeFile(join(folder, ownerFile), JSON.stringify(await thisProcess()));
  return {
    async receive(source, most, signal) {
      const path = join(folder, randomUUID());
      const remove = () => rm(path, { force: true });
      let bytes = 0;
      async function* counted(): AsyncGenerator<Uint8Array> {
        for await (const part of source) {
          bytes += part.length;
          if (bytes > most) throw tooLarge(most);
          yield part;
        }
      }
      try {
        await pipeline(
          Readable.from(counted(), { objectMode: false }),
          createWriteStream(path, { flags: 'wx', mode: 0o600 }),
          {
            signal,
          },
        );
        return { path, bytes, remove };
      } catch (error) {
        await remove();
        if (signal.aborted) throw signal.reason;
        if (['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? ''))
          throw problem(507, 'The disk of this server is full; try again later.', 60);
        if (errorCode(error) === undefined || errorCode(error) === 'ECONNRESET' || errorCode(error) === 'ABORT_ERR')
          throw isProblem(error) ? error : problem(400, `The file was cut off after ${bytes} bytes; send it again.`);
        throw error;
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export function tooLarge(most: number) {
  return problem(413, `The file is larger than ${Math.round(most / 2 ** 20)} MiB, the most that this server takes.`);
}

function isProblem(error: unknown): boolean {
  return error instanceof Error && 'status' in error;
}

async function removeLeftOver(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const text = await readFile(join(parent, name, ownerFile), 'utf8').catch(() => '');
    const owner = parseOwner(text);
    // Another user's folder is theirs to remove.
    if (owner && (await isAlive(owner)) === false)
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
